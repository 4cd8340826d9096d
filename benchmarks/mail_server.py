"""A mail server that takes everything and keeps nothing, in a process of its own; prints its port.

Its argument is how many seconds it takes for a mail, as one across a network does.
"""

import asyncio
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Takes every mail."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 named by aiosmtpd
        """Say, after a while, that the mail was taken."""
        await asyncio.sleep(float(sys.argv[1]))
        return "250 OK"


async def main() -> None:
    """Serve until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
