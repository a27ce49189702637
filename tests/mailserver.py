"""A mail server that answers as it is told at each phase, and keeps a log of what it took.

A letter counts as taken from the moment the final dot has arrived and the server means to keep it,
whether or not the sender ever hears of it.
"""

import socket
import socketserver
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

ANSWERS = {
    "banner": "220 here",
    "EHLO": "250 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "body": "250 kept",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}
DROP, HANG = "drop", "hang"


class MailServer:
    """``server.script["RCPT"] = ["451 later"]``: what to answer there, one after the other, then as usual.

    ``DROP`` closes the connection instead, ``HANG`` never answers; at ``body`` DROP forgets the letter and
    ``"keep and drop"`` keeps it.
    """

    def __init__(self):
        self.script = {}
        self.taken = []  # raw letters, as they arrived
        self.recipients = []
        self.sessions = self.open = 0
        self.stopped = threading.Event()
        self._sockets = []
        outer = self

        class Session(_Session):
            server_log = outer

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session, bind_and_activate=False)
        self._server.allow_reuse_address = self._server.daemon_threads = True
        self._server.server_bind()
        self._server.server_activate()
        self.port = self._server.server_address[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    def answer(self, phase):
        waiting = self.script.get(phase) or [ANSWERS[phase]]
        return waiting.pop(0) if phase in self.script and self.script[phase] else waiting[0]

    def letters(self):
        return [message_from_bytes(raw, policy=default) for raw in self.taken]

    def ids(self):
        """The left part of each taken letter's Message-ID, in order."""
        return [letter["Message-ID"].strip("<>").partition("@")[0] for letter in self.letters()]

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.stopped.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Session(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        log = self.server_log
        log.sessions += 1
        log.open += 1
        try:
            if not self.say("banner"):
                return
            while line := self.rfile.readline():
                if not self.obey(line.decode("latin-1").strip()):
                    return
        except OSError:
            return
        finally:
            log.open -= 1

    def obey(self, line):
        verb = line.split(" ")[0].split(":")[0].upper()
        phase = "EHLO" if verb == "HELO" else verb
        if phase == "RCPT":
            self.server_log.recipients.append(line)
        if phase not in ANSWERS:
            self.wfile.write(b"502 what\r\n")
            return True
        answer = self.say(phase)
        if phase == "DATA" and answer and answer.startswith("354"):
            return self.take()
        return answer and phase != "QUIT"

    def take(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = self.server_log.answer("body")
        if answer.removeprefix("slow ").startswith(("2", "keep")):
            self.server_log.taken.append(b"".join(lines))
        return self.give("drop" if answer == "keep and drop" else answer)

    def say(self, phase):
        return self.give(self.server_log.answer(phase))

    def give(self, answer):
        """Write the answer and return it; None when the session ends without one."""
        if answer == HANG:
            self.server_log.stopped.wait(20)
        if answer in {DROP, HANG}:
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        if answer.startswith("slow "):
            time.sleep(0.5)
            answer = answer.removeprefix("slow ")
        self.wfile.write(f"{answer}\r\n".encode())
        return answer
