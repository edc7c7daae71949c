"""Senders that are libraries of other languages: Jakarta Mail in Java, nodemailer in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.peers import peer
from tests.support.senders.commands import said, written
from tests.support.senders.letter import Deliver, Letter

_JAVA = """\
import java.io.FileInputStream;
import java.util.Properties;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeMessage;

public class Send {
    public static void main(String[] words) throws Exception {
        Properties properties = System.getProperties();
        Session session = Session.getInstance(properties);
        MimeMessage message = new MimeMessage(session, new FileInputStream(words[0]));
        InternetAddress[] recipients = new InternetAddress[words.length - 1];
        for (int i = 1; i < words.length; i++) recipients[i - 1] = new InternetAddress(words[i]);
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect();
            transport.sendMessage(message, recipients);
        }
    }
}
"""

_JAVASCRIPT = """\
const [library, host, port, secure, file, from, ...to] = process.argv.slice(2);
const transport = require(library).createTransport({
  host, port: Number(port), name: "mail.contractor.example",
  ignoreTLS: secure !== "tls", requireTLS: secure === "tls", tls: { rejectUnauthorized: false },
});
transport.sendMail({ envelope: { from, to }, raw: { path: file } })
  .then((info) => { if (info.rejected.length) throw new Error(info.response); console.log(info.response); })
  .catch((error) => { console.error(error); process.exit(1); });
"""


@contextmanager
def jakarta_mail(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    """BDAT in chunks of 64 KiB where it is told to. It doubles leading dots in them, which breaks a signature."""
    javac, jar = peer("javac"), peer("javamail")
    path = f"{jar}:{jar.with_name('javax.activation.jar')}:{folder}"
    (folder / "Send.java").write_text(_JAVA)
    said([str(javac), "-cp", path, "-d", str(folder), str(folder / "Send.java")])

    def deliver(letter: Letter) -> str:
        settings = {
            "mail.debug": "true",
            "mail.smtp.host": smtp[0],
            "mail.smtp.port": str(smtp[1]),
            "mail.smtp.localhost": "mail.contractor.example",
            "mail.smtp.from": letter.sender,
            "mail.smtp.chunksize": "65536" if letter.bdat else "-1",
            "mail.mime.allowutf8": "true",
            "mail.smtp.ssl.trust": "*",
            "mail.smtp.starttls.enable": str(letter.tls).lower(),
            "mail.smtp.starttls.required": str(letter.tls).lower(),
        }
        options = [f"-D{key}={value}" for key, value in settings.items()]
        file = written(folder, letter.message)
        java = [str(javac.with_name("java")), "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Dsun.jnu.encoding=UTF-8"]
        return said(["env", "LC_ALL=C.UTF-8", *java, *options, "-cp", path, "Send", str(file), *letter.recipients])

    yield deliver


@contextmanager
def nodemailer(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    node, library = str(peer("node")), str(peer("nodemailer"))
    program = folder / "send.js"
    program.write_text(_JAVASCRIPT)

    def deliver(letter: Letter) -> str:
        file = written(folder, letter.message)
        where = [smtp[0], str(smtp[1]), "tls" if letter.tls else "plain", str(file), letter.sender]
        return said([node, str(program), library, *where, *letter.recipients])

    yield deliver
