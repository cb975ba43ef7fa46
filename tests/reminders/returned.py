"""Delivery reports as mail servers write them."""

POSTFIX = """\
Return-Path: <>
Date: Wed, 25 Nov 2026 09:00:00 +0100 (CET)
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="A1B2C3.1795600000/mail.example.org"
Message-Id: <20261125080000.D4E5F6@mail.example.org>

This is a MIME-encapsulated message.

--A1B2C3.1795600000/mail.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.org.

--A1B2C3.1795600000/mail.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
X-Postfix-Queue-ID: A1B2C3
X-Postfix-Sender: rfc822; bounces@example.org
Arrival-Date: Wed, 25 Nov 2026 09:00:00 +0100 (CET)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.demo.example
Diagnostic-Code: smtp; {answer}

--A1B2C3.1795600000/mail.example.org
Content-Description: Undelivered Message
Content-Type: {returned_type}

{returned}
--A1B2C3.1795600000/mail.example.org--
"""


def report(
    returned: str,
    *,
    address: str = "pat@demo.example",
    action: str = "failed",
    status: str = "5.1.1",
    answer: str = "550 5.1.1 no such user here",
    only_headers: bool = False,
) -> bytes:
    """Return the report of a mail server about ``returned``, a mail or its headers."""
    return POSTFIX.format(
        address=address,
        action=action,
        status=status,
        answer=answer,
        returned=returned,
        returned_type="text/rfc822-headers" if only_headers else "message/rfc822",
    ).encode()
