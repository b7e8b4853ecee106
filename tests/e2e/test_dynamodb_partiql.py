"""PartiQL: ExecuteStatement, BatchExecuteStatement, ExecuteTransaction.

Source of the words: paritysuite/dynamodb-conformance (tests/tier2/partiql, tests/tier3/error-messages/partiql.test.ts),
recorded from AWS in September and October 2026.
"""

import pytest

from dynamodb_support import INVALID, Raw, make_table


@pytest.fixture
def raw(endpoint, account):
    raw = Raw(endpoint, account)
    make_table(raw)
    make_table(raw, 'sorted', sort='S', indexes=[
        ('global', 'gsi', ('g',), {'ProjectionType': 'ALL'}),
        ('global', 'gsi-inc', ('g',), {'ProjectionType': 'INCLUDE', 'NonKeyAttributes': ['p']}),
        ('local', 'lsi-keys', ('pk', 'l'), {'ProjectionType': 'KEYS_ONLY'})])
    return raw


def run(raw, statement, *parameters, **more):
    return raw.ok('ExecuteStatement', {'Statement': statement} | (
        {'Parameters': list(parameters)} if parameters else {}) | more)


def refusal(raw, statement, *parameters, **more):
    return raw.refusal('ExecuteStatement', {'Statement': statement} | (
        {'Parameters': list(parameters)} if parameters else {}) | more)


def get(raw, pk):
    return raw.ok('GetItem', {'TableName': 'tab', 'Key': {'pk': {'S': pk}}}).get('Item')


def test_life_of_an_item(raw):
    assert run(raw, """INSERT INTO "tab" VALUE {'pk': 'a', 'n': 1, 's': 'it''s', 'l': [1, 'x', TRUE, NULL],
        'm': {'k': -2.50}, 'set': <<'b', 'a'>>, 'q': ?}""", {'B': 'AAE='}) == {'Items': []}
    item = {'pk': {'S': 'a'}, 'n': {'N': '1'}, 's': {'S': "it's"},
            'l': {'L': [{'N': '1'}, {'S': 'x'}, {'BOOL': True}, {'NULL': True}]}, 'm': {'M': {'k': {'N': '-2.5'}}},
            'set': {'SS': ['a', 'b']}, 'q': {'B': 'AAE='}}
    assert run(raw, """SELECT * FROM tab WHERE pk = 'a'""") == {'Items': [item]}
    assert run(raw, """SELECT pk, m.k, missing FROM "tab" WHERE pk = ?""", {'S': 'a'})['Items'] == [
        {'pk': {'S': 'a'}, 'k': {'N': '-2.5'}}]
    answer = raw('ExecuteStatement', {'Statement': """INSERT INTO "tab" VALUE {'pk': 'a'}"""})
    assert (answer.code, answer.message) == ('DuplicateItemException', 'Duplicate primary key exists in table')
    assert run(raw, """UPDATE "tab" SET n = n + 4 SET s = 'new' REMOVE m.k, q WHERE pk = 'a'""") == {'Items': []}
    run(raw, """UPDATE "tab" SET l = list_append(l, [2]), set = set_add(set, <<'c'>>) WHERE pk = 'a'""")
    run(raw, """UPDATE "tab" SET set = set_delete(set, <<'a'>>) WHERE pk = 'a'""")
    item = get(raw, 'a')
    assert (item['n'], item['s'], item['m'], item['set']) == (
        {'N': '5'}, {'S': 'new'}, {'M': {}}, {'SS': ['b', 'c']})
    assert item['l']['L'][-1] == {'N': '2'} and 'q' not in item
    # A further condition that fails refuses the write.
    for statement in ("""UPDATE "tab" SET n = 9 WHERE pk = 'a' AND n = 4""",
                      """DELETE FROM "tab" WHERE pk = 'a' AND n > 5""",
                      """UPDATE "tab" SET n = 9 WHERE pk = 'none'"""):
        assert raw('ExecuteStatement', {'Statement': statement}).code == 'ConditionalCheckFailedException'
    assert run(raw, """DELETE FROM "tab" WHERE pk = 'a'""") == {'Items': []}
    assert run(raw, """DELETE FROM "tab" WHERE pk = 'a'""") == {'Items': []}
    assert run(raw, """SELECT * FROM "tab" WHERE pk = 'a'""") == {'Items': []}


def test_returning(raw):
    run(raw, """INSERT INTO "tab" VALUE {'pk': 'a', 'n': 1, 'x': 2}""")
    update = """UPDATE "tab" SET n = n + 1 WHERE pk = 'a' RETURNING %s *"""
    number = lambda n: {'n': {'N': str(n)}}
    assert run(raw, update % 'ALL OLD')['Items'] == [{'pk': {'S': 'a'}, 'x': {'N': '2'}} | number(1)]
    assert run(raw, update % 'ALL NEW')['Items'] == [{'pk': {'S': 'a'}, 'x': {'N': '2'}} | number(3)]
    assert run(raw, update % 'MODIFIED OLD')['Items'] == [number(3)]
    assert run(raw, update % 'MODIFIED NEW')['Items'] == [number(5)]
    assert run(raw, """UPDATE "tab" REMOVE x WHERE pk = 'a' RETURNING MODIFIED NEW *""")['Items'] == []
    for kind in 'MODIFIED OLD', 'ALL NEW', 'MODIFIED NEW':
        assert refusal(raw, f"""DELETE FROM "tab" WHERE pk = 'a' RETURNING {kind} *""") == (
            f'Invalid returning clause: RETURNING {kind} *. Only RETURNING ALL OLD * is allowed in DELETE statements.')
    assert run(raw, """DELETE FROM "tab" WHERE pk = 'a' RETURNING ALL OLD *""")['Items'] == [
        {'pk': {'S': 'a'}} | number(5)]


def fill(raw):
    for i in range(6):
        run(raw, """INSERT INTO "sorted" VALUE {'pk': 'k', 'sk': ?, 'n': ?, 'g': 'g', 'l': 'l', 'p': 'p', 'x': 'x'}""",
            {'S': f's{i}'}, {'N': str(i)})


def sorts(answer):
    return [item['sk']['S'] for item in answer['Items']]


def test_where(raw):
    fill(raw)
    where = lambda text, *parameters: sorts(run(raw, f"""SELECT * FROM "sorted" WHERE pk = 'k' AND {text}""",
                                                *parameters))
    assert where("sk >= 's4'") == ['s4', 's5']
    assert where("'s1' > sk") == ['s0']
    assert where("sk BETWEEN 's1' AND 's2'") == ['s1', 's2']
    assert where("begins_with(\"sk\", 's3')") == ['s3']
    assert where('n IN [1, 3]') == where('n IN (1, 3)') == ['s1', 's3']
    assert where('(n = 0 OR n = 5) AND NOT n = 5') == ['s0']
    assert where('x IS MISSING') == []
    assert where('x IS NOT MISSING AND n < 1') == ['s0']
    assert where("contains(x, 'x') AND size(x) = 1 AND n <> 0 AND n != 1 AND n <= ?", {'N': '2'}) == ['s2']
    assert where("attribute_type(n, 'N') AND n NOT BETWEEN 1 AND 5") == ['s0']
    assert sorts(run(raw, """SELECT * FROM "sorted" WHERE pk = 'k' ORDER BY sk DESC"""))[:2] == ['s5', 's4']
    # Without the partition key it is a scan.
    assert sorts(run(raw, """SELECT * FROM "sorted" WHERE n = 3""")) == ['s3']
    assert len(run(raw, 'SELECT * FROM "sorted"')['Items']) == 6


def test_pages(raw):
    fill(raw)
    seen, token = [], None
    while True:
        answer = run(raw, """SELECT sk FROM "sorted" WHERE pk = 'k'""", Limit=4,
                     **({'NextToken': token} if token else {}))
        seen.append(sorts(answer))
        token = answer.get('NextToken')
        if not token:
            break
        assert answer['LastEvaluatedKey'] == {'pk': {'S': 'k'}, 'sk': {'S': 's3'}}
    assert seen == [['s0', 's1', 's2', 's3'], ['s4', 's5']]
    assert refusal(raw, 'SELECT * FROM "sorted"', NextToken='nonsense')


def test_indexes(raw):
    fill(raw)
    assert sorts(run(raw, """SELECT * FROM "sorted"."gsi" WHERE g = 'g' AND n > 3""")) == ['s4', 's5']
    assert sorts(run(raw, """SELECT * FROM "sorted"."lsi-keys" WHERE pk = 'k' AND l = 'l'""", ConsistentRead=True)) == [
        f's{i}' for i in range(6)]
    assert refusal(raw, """SELECT pk FROM "sorted"."gsi-inc" WHERE g = 'g' AND x = 'x'""") == (
        f'{INVALID}Secondary index gsi-inc does not project one or more filter attributes: [x]')
    assert refusal(raw, """SELECT pk FROM "sorted"."lsi-keys" WHERE pk = 'k' AND x = 'x'""") == (
        f'{INVALID}Secondary index lsi-keys does not project one or more filter attributes: [x]')
    assert refusal(raw, """SELECT x FROM "sorted"."gsi-inc" WHERE g = 'g'""") == (
        f'{INVALID}Global secondary index gsi-inc does not project [x]')
    assert refusal(raw, """SELECT * FROM "sorted"."none" WHERE pk = 'k'""") == (
        'The table does not have the specified index')
    assert refusal(raw, """SELECT * FROM "sorted"."gsi"."more" WHERE pk = 'k'""") == (
        'A path may contain at most 2 components in the FROM clause')
    for source in '"sorted".""', '""':
        assert refusal(raw, f'SELECT * FROM {source}') == 'Path component cannot be an empty string'
    assert refusal(raw, """SELECT * FROM "sorted"."gsi" WHERE g = 'g'""", ConsistentRead=True) == (
        'Strongly consistent read is not supported on Global Secondary Indexes')


def test_refusals(raw):
    formed = "Statement wasn't well formed, can't be processed: "
    assert refusal(raw, 'SLECT * FROM "tab"') == f'{formed}Expected data manipulation'
    for statement in ('SELECT * FROM "tab', 'SELECT * FROM', 'SELECT * FROM tab WHERE', 'SELECT * FROM tab WHERE pk',
                      'INSERT INTO tab VALUE', 'UPDATE tab WHERE pk = 1', "SELECT * FROM tab WHERE pk = 'a' x",
                      'SELECT * FROM tab WHERE ' + '(' * 5000):
        assert refusal(raw, statement).startswith(formed), statement
    assert refusal(raw, "SELECT pk FROM tab WHERE pk = 'x' AND v < ?", {'BOOL': True}) == (
        'Incorrect operand type for operator or function; operator or function: <, operand type: BOOL')
    counts = "Number of parameters in request and statement don't match."
    assert refusal(raw, 'SELECT * FROM tab WHERE pk = ?') == counts
    assert refusal(raw, "SELECT * FROM tab WHERE pk = 'a'", {'S': 'a'}) == counts
    assert refusal(raw, "UPDATE sorted SET a = 1 WHERE pk = 'a'") == (
        'Where clause does not contain a mandatory equality on all key attributes')
    assert refusal(raw, "UPDATE tab SET pk = 'b' WHERE pk = 'a'")
    answer = raw('ExecuteStatement', {'Statement': "SELECT * FROM absent WHERE pk = 'x'"})
    assert (answer.code, answer.message) == ('ResourceNotFoundException', 'Requested resource not found')


def test_batches(raw):
    batch = lambda *statements, **more: raw.ok('BatchExecuteStatement', {'Statements': [
        statement if isinstance(statement, dict) else {'Statement': statement} for statement in statements]} | more)
    assert batch("""INSERT INTO "tab" VALUE {'pk': 'a', 'n': 1}""", """INSERT INTO "tab" VALUE {'pk': 'b'}""")[
        'Responses'] == [{'TableName': 'tab'}] * 2
    answer = batch("SELECT * FROM tab WHERE pk = 'a'", "SELECT * FROM absent WHERE pk = 'x'",
                   "SLECT", "SELECT * FROM tab WHERE n = 1")
    assert answer['Responses'][0] == {'TableName': 'tab', 'Item': {'pk': {'S': 'a'}, 'n': {'N': '1'}}}
    errors = [response['Error'] for response in answer['Responses'][1:]]
    assert [error['Code'] for error in errors] == ['ResourceNotFound', 'ValidationError', 'ValidationError']
    assert errors[1]['Message'] == "Statement wasn't well formed, can't be processed: Expected data manipulation"
    assert 'must specify the primary key in the where clause' in errors[2]['Message']
    answer = batch("""INSERT INTO "tab" VALUE {'pk': 'a'}""", "UPDATE tab SET n = 2 WHERE pk = 'a' AND n = 5",
                   "DELETE FROM tab WHERE pk = 'b' RETURNING ALL OLD *")
    assert [response.get('Error', {}).get('Code') for response in answer['Responses']] == [
        'DuplicateItem', 'ConditionalCheckFailed', None]
    assert answer['Responses'][2]['Item'] == {'pk': {'S': 'b'}}
    read = "SELECT * FROM tab WHERE pk = 'a'"
    units = batch({'Statement': read, 'ConsistentRead': True}, "SELECT * FROM tab WHERE pk = 'c'",
                  ReturnConsumedCapacity='TOTAL')['ConsumedCapacity']
    assert units == [{'TableName': 'tab', 'CapacityUnits': 1.5}]
    assert raw('BatchExecuteStatement', {'Statements': []}).code == 'ValidationException'


def test_transactions(raw):
    run_all = lambda *statements, **more: raw('ExecuteTransaction', {
        'TransactStatements': [{'Statement': statement} for statement in statements]} | more)
    assert run_all("""INSERT INTO "tab" VALUE {'pk': 'a', 'n': 0}""", "DELETE FROM tab WHERE pk = 'b'").body == {
        'Responses': []}
    answer = run_all("""INSERT INTO "tab" VALUE {'pk': 'c'}""", """INSERT INTO "tab" VALUE {'pk': 'a'}""")
    assert answer.code == 'TransactionCanceledException'
    assert answer.body['CancellationReasons'] == [
        {'Code': 'None'}, {'Code': 'DuplicateItem', 'Message': 'Duplicate primary key exists in table'}]
    assert get(raw, 'c') is None
    add = "UPDATE tab SET n = n + 1 WHERE pk = 'a'"
    first = run_all(add, ClientRequestToken='t', ReturnConsumedCapacity='TOTAL')
    again = run_all(add, ClientRequestToken='t', ReturnConsumedCapacity='TOTAL')
    assert get(raw, 'a')['n'] == {'N': '1'}
    assert first.body['ConsumedCapacity'][0] == {'TableName': 'tab', 'CapacityUnits': 2, 'WriteCapacityUnits': 2}
    assert again.body['ConsumedCapacity'][0] == {'TableName': 'tab', 'CapacityUnits': 2, 'ReadCapacityUnits': 2}
    assert run_all("SELECT * FROM tab WHERE pk = 'a'", "SELECT * FROM tab WHERE pk = 'none'").body['Responses'] == [
        {'Item': {'pk': {'S': 'a'}, 'n': {'N': '1'}}}, {}]
    failed = 'Validation failed in TransactStatements[0]: '
    assert run_all(add + ' RETURNING ALL NEW *').message == (
        f'{failed}RETURNING clause is not supported in ExecuteTransaction.')
    assert run_all("SELECT * FROM sorted.gsi WHERE g = 'x'").message == (
        f'{failed}Reads on indices are not supported within transactions.')
    assert run_all("SELECT * FROM tab WHERE pk = 'a'", add).code == 'ValidationException'
    assert run_all(add, "DELETE FROM tab WHERE pk = 'a'").message == (
        'Transaction request cannot include multiple operations on one item')
    assert raw('ExecuteTransaction', {'TransactStatements': []}).code == 'ValidationException'
