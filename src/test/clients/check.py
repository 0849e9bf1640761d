"""Talks to a running service with OpenAI's own Python package: check.py BASE_URL"""

import json
import sys

import openai
from openai import OpenAI
from pydantic import BaseModel

client = OpenAI(base_url=sys.argv[1] + "/v1", api_key="none", max_retries=0)
CAPITAL = [{"role": "user", "content": "What is the capital of France?"}]
PLAIN = {"model": "model", "temperature": 0, "messages": CAPITAL}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 20}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


class City(BaseModel):
    name: str
    population: int


def models():
    ids = [model.id for model in client.models.list()]
    assert "model" in ids and "default" in ids, ids
    assert client.models.retrieve("model").object == "model"


def chat():
    answer = client.chat.completions.create(**PLAIN, max_tokens=24)
    assert "Paris" in answer.choices[0].message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def streamed_chat():
    text, usage, reasons = "", None, []
    stream = client.chat.completions.create(
        **PLAIN, max_tokens=24, stream=True, stream_options={"include_usage": True}
    )
    for chunk in stream:
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
            reasons.append(chunk.choices[0].finish_reason)
        usage = chunk.usage or usage
    assert "Paris" in text and usage.completion_tokens > 0
    assert reasons[-1] in ("stop", "length") and not any(reasons[:-1])


def stop_and_length():
    cut = client.chat.completions.create(**PLAIN, max_completion_tokens=3)
    assert cut.choices[0].finish_reason == "length" and cut.usage.completion_tokens == 3
    stopped = client.chat.completions.create(**PLAIN, stop="Paris")
    assert stopped.choices[0].finish_reason == "stop"
    assert "Paris" not in stopped.choices[0].message.content


def logprobs():
    answer = client.chat.completions.create(**PLAIN, max_tokens=4, logprobs=True, top_logprobs=3)
    tokens = answer.choices[0].logprobs.content
    assert len(tokens) == 4 and all(len(token.top_logprobs) == 3 for token in tokens)
    assert "".join(token.token for token in tokens) == answer.choices[0].message.content


def parsed_schema():
    answer = client.chat.completions.parse(
        model="model",
        temperature=0,
        max_tokens=80,
        messages=[{"role": "user", "content": "Name a city and its population as JSON."}],
        response_format=City,
    )
    assert isinstance(answer.choices[0].message.parsed, City)


def tools():
    question = [{"role": "user", "content": "What is the weather in Paris?"}]
    answer = client.chat.completions.create(
        model="model", temperature=0, messages=question, tools=[TOOL], tool_choice="required",
        max_tokens=80,
    )
    call = answer.choices[0].message.tool_calls[0]
    assert answer.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "get_weather" and "city" in json.loads(call.function.arguments)
    result = {"role": "tool", "tool_call_id": call.id, "content": "Rain, 12 degrees"}
    followed = client.chat.completions.create(
        model="model", temperature=0, tools=[TOOL], tool_choice="none", max_tokens=30,
        messages=question + [answer.choices[0].message, result],
    )
    assert followed.choices[0].message.content


def streamed_tools():
    with client.chat.completions.stream(
        model="model", temperature=0, tools=[TOOL], tool_choice="required", max_tokens=80,
        messages=[{"role": "user", "content": "What is the weather in Paris?"}],
    ) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.tool_calls[0].function.name == "get_weather"


def assistant():
    answer = client.chat.completions.create(
        model="default",
        messages=[{"role": "user", "content": "How much does parking in garage 4 cost?"}],
    )
    assert "35 euros" in answer.choices[0].message.content
    assert "](http" in answer.choices[0].message.content
    assert answer.model_extra["sources"][0]["documentId"]


def embeddings():
    answer = client.embeddings.create(model="bge-small-en-v1.5", input=["hello", "world"])
    assert len(answer.data) == 2 and len(answer.data[0].embedding) == 384
    assert abs(sum(value * value for value in answer.data[0].embedding) - 1) < 1e-3


def completions():
    answer = client.completions.create(
        model="model", prompt="The capital of France is", max_tokens=4, temperature=0
    )
    assert "Paris" in answer.choices[0].text


def responses():
    first = client.responses.create(
        model="model", input="What is the capital of France?", temperature=0, max_output_tokens=24
    )
    assert "Paris" in first.output_text
    second = client.responses.create(
        model="model", input="And of Italy?", previous_response_id=first.id, temperature=0,
        max_output_tokens=24,
    )
    assert second.output_text and second.usage.input_tokens > first.usage.input_tokens
    assert client.responses.retrieve(first.id).output_text == first.output_text
    client.responses.delete(first.id)
    try:
        client.responses.retrieve(first.id)
        raise AssertionError("it is still there")
    except openai.NotFoundError:
        pass
    parsed = client.responses.parse(
        model="model", temperature=0, max_output_tokens=80, text_format=City,
        input="Name a city and its population as JSON.",
    )
    assert isinstance(parsed.output_parsed, City)


def streamed_responses():
    with client.responses.stream(
        model="model", input="What is the capital of France?", temperature=0, max_output_tokens=24
    ) as stream:
        events = [event.type for event in stream]
        final = stream.get_final_response()
    assert events[0] == "response.created" and events[-1].startswith("response."), events
    assert "Paris" in final.output_text


def errors():
    for arguments, kind in [
        (PLAIN | {"n": 2}, openai.BadRequestError),
        (PLAIN | {"model": "nope"}, openai.NotFoundError),
    ]:
        try:
            client.chat.completions.create(**arguments)
            raise AssertionError("it was not refused")
        except kind as error:
            assert error.body["message"] and error.type == "invalid_request_error"


for check in [
    models, chat, streamed_chat, stop_and_length, logprobs, parsed_schema, tools, streamed_tools,
    assistant, embeddings, completions, responses, streamed_responses, errors,
]:
    check()
    print("ok", check.__name__, flush=True)
