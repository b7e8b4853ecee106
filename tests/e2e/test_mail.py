"""SES v1 and v2 through boto3: as in AWS's sandbox the sender must be verified."""

import email
import email.policy

import pytest
import requests
from expect import refused, refused_by_name


@pytest.fixture
def ses(client):
    ses = client('ses')
    ses.verify_email_identity(EmailAddress='me@example.com')
    ses.verify_email_identity(EmailAddress='you@example.com')
    return ses


@pytest.fixture
def mails(endpoint, account):
    def sent():
        everything = requests.get(f'{endpoint}/_aws/ses', timeout=10).json()['messages']
        return [m for m in everything if account in str(m)] or everything
    return sent


def mail(text='hi', **options):
    return {'Source': 'me@example.com', 'Destination': {'ToAddresses': ['you@example.com']},
            'Message': {'Subject': {'Data': 'Subject ü'}, 'Body': {'Text': {'Data': text}}}} | options


def test_send_email(ses, endpoint):
    message_id = ses.send_email(**mail('hello ü', ReplyToAddresses=['reply@example.com']))['MessageId']
    shown = [m for m in requests.get(f'{endpoint}/_aws/ses', timeout=10).json()['messages'] if m['Id'] == message_id]
    assert shown and shown[0]['Source'] == 'me@example.com' and shown[0]['Subject'] == 'Subject ü'


def test_senders_must_be_verified(ses, client):
    with refused('MessageRejected', 400, 'Email address is not verified. The following identities failed the check in '
                 'region US-EAST-1: stranger@example.org'):
        ses.send_email(**mail(Source='stranger@example.org'))
    ses.verify_domain_identity(Domain='example.org')
    ses.send_email(**mail(Source='Anybody <anybody@mail.example.org>'))
    with refused('MessageRejected', 400, 'region EU-WEST-1'):
        client('ses', region='eu-west-1').send_email(**mail())


def test_raw_mail(ses):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message['From'], message['To'], message['Subject'] = 'me@example.com', 'you@example.com', 'raw'
    message.set_content('text')
    message.add_attachment(b'\x00\x01', maintype='application', subtype='octet-stream', filename='a.bin')
    assert ses.send_raw_email(RawMessage={'Data': message.as_bytes()})['MessageId']
    with refused('InvalidParameterValue', 400):
        ses.send_raw_email(RawMessage={'Data': b'no headers at all'})


def test_bad_mail(ses):
    with refused('InvalidParameterValue', 400):
        ses.send_email(**mail(Destination={'ToAddresses': ['not an address']}))
    with refused('ConfigurationSetDoesNotExist', 400, 'Configuration set <none> does not exist'):
        ses.send_email(**mail(ConfigurationSetName='none'))


def test_identities(ses):
    ses.verify_domain_identity(Domain='example.net')
    assert sorted(ses.list_identities()['Identities']) == ['example.net', 'me@example.com', 'you@example.com']
    assert ses.list_identities(IdentityType='Domain')['Identities'] == ['example.net']
    seen = ses.get_identity_verification_attributes(Identities=['me@example.com', 'none@example.com'])
    assert {k: v['VerificationStatus'] for k, v in seen['VerificationAttributes'].items()} == {'me@example.com': 'Success'}
    ses.delete_identity(Identity='me@example.com')
    with refused('MessageRejected', 400):
        ses.send_email(**mail())
    assert ses.get_send_quota()['Max24HourSend'] > 0


def test_version_2(ses, client, endpoint):
    v2 = client('sesv2')
    send = {'FromEmailAddress': 'me@example.com', 'Destination': {'ToAddresses': ['you@example.com']}}
    simple = {'Simple': {'Subject': {'Data': 's'}, 'Body': {'Html': {'Data': '<b>x</b>'}, 'Text': {'Data': 'x'}}}}
    message_id = v2.send_email(**send, Content=simple)['MessageId']
    assert any(m['Id'] == message_id for m in requests.get(f'{endpoint}/_aws/ses', timeout=10).json()['messages'])
    v2.send_email(Content={'Raw': {'Data': b'From: me@example.com\r\nTo: you@example.com\r\nSubject: s\r\n\r\nx'}})
    with refused('MessageRejected', 400, 'Email address is not verified.'):
        v2.send_email(**send | {'FromEmailAddress': 'stranger@example.org'}, Content=simple)
    with refused('BadRequestException', 400, 'Content.Template is not supported by Millrace.'):
        v2.send_email(**send, Content={'Template': {'TemplateName': 't', 'TemplateData': '{}'}})
    with refused('NotFoundException', 404):
        v2.get_email_identity(EmailIdentity='none@example.com')
    made = v2.create_email_identity(EmailIdentity='new@example.com')
    assert made['IdentityType'] == 'EMAIL_ADDRESS' and made['VerifiedForSendingStatus'] is True
    with refused('AlreadyExistsException', 400):
        v2.create_email_identity(EmailIdentity='new@example.com')
    assert 'new@example.com' in [i['IdentityName'] for i in v2.list_email_identities()['EmailIdentities']]
    v2.delete_email_identity(EmailIdentity='new@example.com')
    assert v2.get_account()['SendingEnabled'] is True


def test_what_is_not_built_is_refused_by_name(ses, client):
    refused_by_name({
        'CreateTemplate': lambda: ses.create_template(Template={'TemplateName': 't', 'SubjectPart': 's'}),
        'SendTemplatedEmail': lambda: ses.send_templated_email(
            Source='me@example.com', Destination={'ToAddresses': ['you@example.com']}, Template='t', TemplateData='{}'),
        'CreateConfigurationSet': lambda: client('sesv2').create_configuration_set(ConfigurationSetName='c'),
    })
