"""What AWS would answer, said briefly in a test."""

import contextlib
import time

import botocore.exceptions
import pytest


@contextlib.contextmanager
def refused(code, status=400, message=None):
    """The block must raise the SDK's error with exactly this code and status; `message` is part of its text."""
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        yield raised
    response = raised.value.response
    assert (response['Error']['Code'], response['ResponseMetadata']['HTTPStatusCode']) == (code, status), response
    if message is not None:
        assert message in response['Error'].get('Message', ''), response


def refused_by_name(calls):
    """Each call of {operation: call} must be refused at once with a 4xx that names the operation."""
    for operation, call in calls.items():
        with pytest.raises(botocore.exceptions.ClientError) as raised:
            call()
        response = raised.value.response
        assert 400 <= response['ResponseMetadata']['HTTPStatusCode'] < 500, response
        assert operation in response['Error']['Message'], response
        assert 'is not supported by Millrace' in response['Error']['Message'], response


def eventually(check, seconds=15):
    """The first true value of `check`, or its last one when time is up."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.05)
