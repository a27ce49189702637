from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referralcrm.core.rates import Rate, wilson
from referralcrm.dashboards.statistics import (
    UNLIKELY,
    Check,
    Fall,
    chance_of_so_few,
    concentration,
    onset,
    partners_for_half,
)

counts = st.integers(0, 60)


def exact(recent, before, recent_months, before_months=12):
    share, n = Fraction(recent_months, recent_months + before_months), recent + before
    return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(recent + 1))


@pytest.mark.parametrize(
    "recent, before, months, p",
    [
        (0, 14, 3, 0.0440),
        (0, 13, 3, 0.0550),
        (1, 18, 3, 0.0829),
        (0, 8, 6, 0.0390),
        (2, 20, 6, 0.0093),
        (0, 18, 3, 0.0180),
    ],
)
def test_so_few_referrals_are_as_unlikely_as_the_product_says(recent, before, months, p):
    assert round(Fall(recent, before, months).p, 4) == p


@given(counts, counts, st.sampled_from([3, 6]))
def test_the_chance_of_so_few_agrees_with_exact_fractions(recent, before, months):
    found = chance_of_so_few(recent, before, recent_months=months, before_months=12)
    assert found == pytest.approx(float(exact(recent, before, months)), rel=1e-9)


@given(st.integers(0, 30), counts, st.sampled_from([3, 6]))
def test_more_recent_referrals_are_never_more_alarming(recent, before, months):
    assert Fall(recent, before, months).p <= Fall(recent + 1, before, months).p + 1e-12
    assert Fall(recent, before + 1, months).p <= Fall(recent, before, months).p + 1e-12


@given(counts, counts, st.sampled_from([3, 6]))
def test_a_flagged_fall_could_always_be_told(recent, before, months):
    fall = Fall(recent, before, months)
    assert 0 <= fall.p <= 1
    if fall.is_unlikely:
        assert fall.can_tell
        assert fall.one_in >= 50


def test_a_large_clinic_is_reckoned_without_overflow():
    assert Fall(20_000, 100_000, 3).p < UNLIKELY < Fall(25_000, 100_000, 3).p


def test_seventeen_are_too_few_to_tell_and_eighteen_are_not():
    assert not Fall(0, 17, 3).can_tell
    assert Fall(0, 18, 3).can_tell
    assert not Fall(0, 9, 6).can_tell
    assert Fall(0, 10, 6).can_tell


def test_a_fall_is_told_in_words():
    fall = Fall(0, 18, 3)
    assert fall.in_words == "0 in 3 months, 18 in the 12 before"
    assert fall.one_in == 55


def test_only_the_onset_of_a_fall_is_news():
    down = Check.of(recent_3=0, before_3=18, recent_6=5, before_6=17)
    steady = Check.of(recent_3=2, before_3=17, recent_6=6, before_6=16)
    assert onset(down, steady) == Fall(0, 18, 3)
    assert onset(down, down) is None
    assert onset(steady, down) is None


def test_the_less_likely_window_is_the_one_that_is_told():
    check = Check.of(recent_3=0, before_3=20, recent_6=0, before_6=20)
    assert check.fall == check.long


@pytest.mark.parametrize(
    "hits, n, low, high",
    # Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_agrees_with_published_values(hits, n, low, high):
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_within_nothing_and_all(hits, misses):
    low, high = wilson(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low <= hits / (hits + misses) <= high


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_of_the_opposite_is_its_mirror(hits, misses):
    low, high = wilson(hits, hits + misses)
    mirrored = wilson(misses, hits + misses)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-9)


def test_a_wide_interval_says_so():
    assert Rate(31, 38).in_words == "too few to be exact (67–91 %)"
    assert Rate(233, 241).in_words == "94–98 %"
    assert Rate(0, 0).in_words == "none to count yet"


@given(st.lists(counts, max_size=30))
def test_concentration_is_the_chance_that_two_referrals_share_a_partner(counts):
    drawn = [n for n, count in enumerate(counts) for _ in range(count)][:40]
    counts = [drawn.count(n) for n in set(drawn)]
    pairs = [(a, b) for i, a in enumerate(drawn) for j, b in enumerate(drawn) if i != j]
    if len(drawn) < 2:
        assert concentration(counts) is None
    else:
        same = sum(a == b for a, b in pairs)
        assert concentration(counts) == pytest.approx(same / len(pairs))


@given(st.lists(counts, max_size=30))
def test_half_comes_from_the_fewest_partners_that_reach_it(counts):
    k, ranked = partners_for_half(counts), sorted(counts, reverse=True)
    if sum(counts) == 0:
        assert k == 0
    else:
        assert 2 * sum(ranked[:k]) >= sum(counts) > 2 * sum(ranked[: k - 1])
