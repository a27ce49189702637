"""A million referrals of a thousand practices: what pages, sweeps and mail cost there.

    python -m tests.bench.scale load    fill a scratch database, once
    python -m tests.bench.scale pages   each important page of the largest practice, by SQL and on the clock
    python -m tests.bench.scale work    the minute's sweep, the week and the queries behind them
    python -m tests.bench.scale mail    a thousand letters to a mail server on loopback

The database is that of DATA_DIR (default .data/scale), which is nobody else's.
"""
