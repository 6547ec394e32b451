"""A consumer that waits for messages does not stop the local AWS."""

import time
from concurrent.futures import ThreadPoolExecutor


def test_a_message_that_is_sent_meanwhile_arrives(sqs, queue):
    url = queue()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
        sqs.send_message(QueueUrl=url, MessageBody="arrived")
        assert waiting.result()["Messages"][0]["Body"] == "arrived"


def test_others_are_answered_meanwhile(sqs, queue):
    url = queue()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
        for _ in range(20):
            queue()
        assert not waiting.done()
        sqs.send_message(QueueUrl=url, MessageBody="end")
        waiting.result()


def test_a_wait_without_a_message_ends(sqs, queue):
    started = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=queue(), WaitTimeSeconds=1)
    assert time.monotonic() - started >= 1
