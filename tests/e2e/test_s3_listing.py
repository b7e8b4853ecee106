"""Listing objects through boto3: V2 and V1, prefixes, delimiters, pages, encodings."""

import urllib.parse

import pytest
from expect import refused


@pytest.fixture
def s3(client):
    return client('s3')


@pytest.fixture
def bucket(s3, account):
    name = f'l-{account}'
    s3.create_bucket(Bucket=name)
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    return name


KEYS = ['a', 'a/1', 'a/2', 'a/b/3', 'b', 'c/4', 'c/5', 'd']


def keys_of(page):
    return [o['Key'] for o in page.get('Contents', [])]


def prefixes_of(page):
    return [p['Prefix'] for p in page.get('CommonPrefixes', [])]


def test_a_whole_listing(s3, bucket):
    page = s3.list_objects_v2(Bucket=bucket)
    assert keys_of(page) == KEYS
    assert (page['Name'], page['KeyCount'], page['MaxKeys'], page['IsTruncated'], page['Prefix']) == (
        bucket, len(KEYS), 1000, False, '')
    first = page['Contents'][0]
    assert (first['Size'], first['StorageClass'], first['ETag']) == (1, 'STANDARD', '"0cc175b9c0f1b6a831c399e269772661"')
    assert 'Owner' not in first and 'NextContinuationToken' not in page
    assert len(s3.list_objects_v2(Bucket=bucket, FetchOwner=True)['Contents'][0]['Owner']['ID']) == 64


def test_prefix_and_delimiter(s3, bucket):
    page = s3.list_objects_v2(Bucket=bucket, Delimiter='/')
    assert (keys_of(page), prefixes_of(page)) == (['a', 'b', 'd'], ['a/', 'c/'])
    assert page['KeyCount'] == 5
    page = s3.list_objects_v2(Bucket=bucket, Delimiter='/', Prefix='a/')
    assert (keys_of(page), prefixes_of(page)) == (['a/1', 'a/2'], ['a/b/'])
    assert (page['Prefix'], page['Delimiter']) == ('a/', '/')
    page = s3.list_objects_v2(Bucket=bucket, Prefix='nothing')
    assert (keys_of(page), page['KeyCount']) == ([], 0)
    page = s3.list_objects_v2(Bucket=bucket, Delimiter='/b/')
    assert prefixes_of(page) == ['a/b/']


@pytest.mark.parametrize('size', [1, 2, 3, 5])
def test_pages_of_keys_and_prefixes(s3, bucket, size):
    seen = []
    for page in s3.get_paginator('list_objects_v2').paginate(Bucket=bucket, Delimiter='/',
                                                            PaginationConfig={'PageSize': size}):
        assert page['KeyCount'] <= size
        seen += keys_of(page) + prefixes_of(page)
    assert sorted(seen) == ['a', 'a/', 'b', 'c/', 'd'] and len(seen) == 5
    seen = [key for page in s3.get_paginator('list_objects').paginate(Bucket=bucket, PaginationConfig={
        'PageSize': size}) for key in keys_of(page)]
    assert seen == KEYS


def test_start_after_and_tokens(s3, bucket):
    page = s3.list_objects_v2(Bucket=bucket, StartAfter='a/2', MaxKeys=2)
    assert (keys_of(page), page['StartAfter'], page['IsTruncated']) == (['a/b/3', 'b'], 'a/2', True)
    page = s3.list_objects_v2(Bucket=bucket, ContinuationToken=page['NextContinuationToken'], StartAfter='a/2')
    assert keys_of(page) == ['c/4', 'c/5', 'd']
    with refused('InvalidArgument', 400, 'The continuation token provided is incorrect') as raised:
        s3.list_objects_v2(Bucket=bucket, ContinuationToken='nonsense')
    assert raised.value.response['Error']['ArgumentName'] == 'continuation-token'
    page = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert (keys_of(page), page['IsTruncated'], page['KeyCount']) == ([], False, 0)
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=5000)['MaxKeys'] == 1000
    with refused('InvalidArgument', 400):
        s3.list_objects_v2(Bucket=bucket, MaxKeys=-1)


def test_version_1(s3, bucket):
    page = s3.list_objects(Bucket=bucket, MaxKeys=3)
    assert keys_of(page) == KEYS[:3] and page['IsTruncated'] and 'NextMarker' not in page
    assert page['Marker'] == '' and len(page['Contents'][0]['Owner']['ID']) == 64
    page = s3.list_objects(Bucket=bucket, Marker='a/2')
    assert keys_of(page) == KEYS[3:] and page['Marker'] == 'a/2'
    page = s3.list_objects(Bucket=bucket, Delimiter='/', MaxKeys=2)
    assert (keys_of(page), prefixes_of(page), page['NextMarker']) == (['a'], ['a/'], 'a/')
    page = s3.list_objects(Bucket=bucket, Delimiter='/', MaxKeys=2, Marker='a/')
    assert (keys_of(page), prefixes_of(page), page['NextMarker']) == (['b'], ['c/'], 'c/')


def test_versions_of_a_bucket_without_versioning(s3, bucket):
    page = s3.list_object_versions(Bucket=bucket, Prefix='a/')
    assert [(v['Key'], v['VersionId'], v['IsLatest']) for v in page['Versions']] == [
        (key, 'null', True) for key in ['a/1', 'a/2', 'a/b/3']]


def test_encoding_type(s3, account):
    """boto3 asks for encoding-type=url and decodes; a client that decodes by itself sees the raw text."""
    name, odd = f'l-{account}', 'a b+ü/\x01&<.txt'
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key=odd, Body=b'')
    assert keys_of(s3.list_objects_v2(Bucket=name)) == [odd]
    page = s3.list_objects_v2(Bucket=name, EncodingType='url', Delimiter='ü', Prefix='a b')
    assert prefixes_of(page) == [urllib.parse.quote('a b+ü', safe='/*')]
    assert (page['EncodingType'], page['Prefix']) == ('url', 'a%20b') or page['Prefix'] == 'a+b'
    with refused('InvalidArgument', 400, 'Invalid Encoding Method specified in Request'):
        s3.list_objects_v2(Bucket=name, EncodingType='gzip')
