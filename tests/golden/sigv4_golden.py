#!/usr/bin/env python3
"""Writes tests/golden/sigv4.json: requests signed by botocore, for src/aws/sigv4_test.cc.

Run it by hand when botocore changes: python3 tests/golden/sigv4_golden.py > tests/golden/sigv4.json
"""
import datetime
import json
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials

NOW = datetime.datetime(2015, 8, 30, 12, 36, 0)
KEYS = botocore.credentials.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SESSION = botocore.credentials.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "TOKEN/+=")

CASES = [
    ("plain", "dynamodb", "POST", "https://dynamodb.us-east-1.amazonaws.com/", {"X-Amz-Target": "DynamoDB_20120810.ListTables"}, "{}"),
    ("query order", "iam", "GET", "https://iam.amazonaws.com/?b=2&a=1&a=0&c=%20x%2B&d", {}, ""),
    ("double encoding", "lambda", "GET", "https://lambda.us-east-1.amazonaws.com/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af", {}, ""),
    ("dot segments", "lambda", "GET", "https://lambda.us-east-1.amazonaws.com/a/./b/../c//d/", {}, ""),
    ("header spaces", "lambda", "GET", "https://lambda.us-east-1.amazonaws.com/x", {"My-Header": "  a   b  c "}, ""),
    ("unicode path", "s3", "GET", "https://s3.amazonaws.com/b/%E1%88%B4%20x/a%2Bb~%28%29", {}, ""),
    ("s3 double slash", "s3", "GET", "https://s3.amazonaws.com/b//a/../c", {}, ""),
    ("s3 put", "s3", "PUT", "https://b.s3.amazonaws.com/k?partNumber=1&uploadId=u%2F", {"x-amz-meta-a": "1", "Content-Type": "text/plain"}, "hello"),
]


def sign(name, service, method, url, headers, body, credentials, presign):
    request = botocore.awsrequest.AWSRequest(method=method, url=url, headers=headers, data=body)
    if service == "s3":
        cls = botocore.auth.S3SigV4QueryAuth if presign else botocore.auth.S3SigV4Auth
    else:
        cls = botocore.auth.SigV4QueryAuth if presign else botocore.auth.SigV4Auth
    class Fixed(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return NOW
        @classmethod
        def now(cls, tz=None):
            return NOW if tz is None else NOW.replace(tzinfo=tz)
    with mock.patch("botocore.auth.datetime.datetime", Fixed), \
            mock.patch("botocore.auth.get_current_datetime", lambda *a, **k: NOW, create=True):
        cls(credentials, service, "us-east-1").add_auth(request)
    prepared_url = request.url
    rest = prepared_url.split("://", 1)[1]
    host, _, target = rest.partition("/")
    path, _, query = ("/" + target).partition("?")
    out = dict(request.headers.items())
    out.setdefault("Host", host)
    return {"name": f"{name}{' presigned' if presign else ''}{' session' if credentials.token else ''}",
            "service": service, "method": method, "path": path, "query": query,
            "headers": {k: str(v) for k, v in out.items()}, "body": body}


rows = []
for case in CASES:
    for credentials in (KEYS, SESSION):
        for presign in (False, True) if case[1] == "s3" and case[2] == "GET" else (False,):
            rows.append(sign(*case, credentials, presign))
print(json.dumps(rows, indent=1))
