"""The way a mail leaves: to a server, or as a file into a folder."""

import contextlib
import email
import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Protocol

from alerts.settings import Server, Settings

TIMEOUT = 60  # seconds for a server to answer
PERMANENT = 500  # replies from here on are final, RFC 5321 4.2.1


class PostponedError(Exception):
    """The server cannot take this mail now, or the line broke and nobody knows whether it did."""


class RefusedError(Exception):
    """The server will not take this mail, now or later."""


class UnavailableError(Exception):
    """No mail can be sent at all: there is no server, or it does not let us in."""


class Transport(Protocol):
    """Whatever takes mails."""

    def send(self, message: EmailMessage) -> None:
        """Hand a mail over for good. Raises PostponedError, RefusedError or UnavailableError where it was not taken."""


class Folder:
    """A folder in which every mail becomes a file, named by its Message-ID: to try everything without a server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the mail as a whole or not at all; written again it is the same file."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            name = message["Message-ID"].strip("<>").split("@")[0]
            part = self.folder / f"{name}.part"
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise UnavailableError(f"cannot write into {self.folder} ({error.strerror})") from None

    def forget(self, address: str) -> None:
        """Delete every mail to an address."""
        for path in sorted(self.folder.glob("*.eml")):
            with path.open("rb") as file:
                to = email.message_from_binary_file(file, policy=default)["To"]
            if address.casefold() in {it.addr_spec.casefold() for it in to.addresses}:
                path.unlink()


class Smtp:
    """A mail server; the line to it is made with the first mail and kept for the next ones."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self._line: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over; it counts as taken once the server has said so."""
        line = self._line = self._line or self._connect()
        sender, to = message["From"].addresses[0].addr_spec, message["To"].addresses[0].addr_spec
        try:
            line.sendmail(sender, [to], message.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            self._raise(*error.recipients[to])
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code >= PERMANENT:
                raise UnavailableError(f"the server does not take mail from {sender}: {_said(error)}") from None
            self._raise(error.smtp_code, error.smtp_error)
        except smtplib.SMTPResponseException as error:
            self._raise(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise PostponedError(f"the line broke: {error}") from None

    def close(self) -> None:
        """Leave the server."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                line.quit()
            line.close()

    def _raise(self, code: int, answer: bytes | str) -> None:
        said = f"{code} {_text(answer)}"
        if self._line is not None and self._line.sock is None:  # the server hung up with 421
            self._line = None
        raise RefusedError(said) if code >= PERMANENT else PostponedError(said)

    def _connect(self) -> smtplib.SMTP:
        server, trusted = self.server, ssl.create_default_context()
        try:
            line = (
                smtplib.SMTP_SSL(server.host, server.port, self.name, timeout=TIMEOUT, context=trusted)
                if server.tls == "tls"
                else smtplib.SMTP(server.host, server.port, self.name, TIMEOUT)
            )
            try:
                if server.tls == "starttls":
                    line.starttls(context=trusted)
                if server.user:
                    line.login(server.user, server.password)
            except BaseException:
                line.close()
                raise
        except smtplib.SMTPResponseException as error:
            raise UnavailableError(f"{server.host}:{server.port} answers {_said(error)}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise UnavailableError(f"{server.host}:{server.port} cannot be reached: {error}") from None
        return line


@contextmanager
def opened(settings: Settings) -> Iterator[Transport]:
    """Give the transport that is set, and close it at the end."""
    if isinstance(settings.mail, Path):
        yield Folder(settings.mail)
        return
    smtp = Smtp(settings.mail, settings.sender.domain)
    try:
        yield smtp
    finally:
        smtp.close()


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_text(error.smtp_error)}"


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())
