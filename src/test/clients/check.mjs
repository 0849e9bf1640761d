// Talks to a running service with OpenAI's own npm package: node check.mjs BASE_URL
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2] + "/v1", apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: "What is the capital of France?" }];
const plain = { model: "model", temperature: 0, messages };
const weather = [{ role: "user", content: "What is the weather in Paris?" }];
const tools = [{
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string", maxLength: 20 } },
      required: ["city"],
      additionalProperties: false,
    },
  },
}];

const checks = {
  async models() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes("model") && ids.includes("default"));
  },
  async chat() {
    const answer = await client.chat.completions.create({ ...plain, max_tokens: 24 });
    assert.match(answer.choices[0].message.content, /Paris/);
  },
  async streamedChat() {
    let text = "";
    let usage;
    const stream = await client.chat.completions.create({
      ...plain, max_tokens: 24, stream: true, stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
    }
    assert.match(text, /Paris/);
    assert.ok(usage.completion_tokens > 0);
  },
  async abortedStream() {
    const stream = await client.chat.completions.create({
      ...plain, stream: true, max_tokens: 500, temperature: 1.5, seed: 3,
    });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta?.content) break;
    }
    assert.ok(stream.controller.signal.aborted);
  },
  async jsonSchema() {
    const schema = {
      type: "object",
      properties: { name: { type: "string" }, population: { type: "integer" } },
      required: ["name", "population"],
      additionalProperties: false,
    };
    const answer = await client.chat.completions.create({
      ...plain, max_tokens: 80,
      response_format: { type: "json_schema", json_schema: { name: "city", strict: true, schema } },
    });
    assert.ok(Number.isInteger(JSON.parse(answer.choices[0].message.content).population));
  },
  async toolRunner() {
    const answer = await client.chat.completions.create({
      model: "model", temperature: 0, messages: weather, tools, tool_choice: "required", max_tokens: 80,
    });
    const call = answer.choices[0].message.tool_calls[0];
    assert.equal(call.function.name, "get_weather");
    const followed = await client.chat.completions.create({
      model: "model", temperature: 0, tools, tool_choice: "none", max_tokens: 30,
      messages: [...weather, answer.choices[0].message,
        { role: "tool", tool_call_id: call.id, content: "Rain, 12 degrees" }],
    });
    assert.ok(followed.choices[0].message.content);
  },
  async streamedTools() {
    const runner = client.chat.completions.stream({
      model: "model", temperature: 0, messages: weather, tools, tool_choice: "required", max_tokens: 80,
    });
    const final = await runner.finalChatCompletion();
    assert.equal(final.choices[0].message.tool_calls[0].function.name, "get_weather");
  },
  async assistant() {
    const answer = await client.chat.completions.create({
      model: "default",
      messages: [{ role: "user", content: "How much does parking in garage 4 cost?" }],
    });
    assert.match(answer.choices[0].message.content, /35 euros/);
    assert.ok(answer.sources[0].documentId);
  },
  async embeddings() {
    // The package asks for Base64 by itself.
    const answer = await client.embeddings.create({ model: "bge-small-en-v1.5", input: "hello" });
    assert.equal(answer.data[0].embedding.length, 384);
  },
  async completions() {
    const answer = await client.completions.create({
      model: "model", prompt: "The capital of France is", max_tokens: 4, temperature: 0,
    });
    assert.match(answer.choices[0].text, /Paris/);
  },
  async responses() {
    const first = await client.responses.create({
      model: "model", input: messages[0].content, temperature: 0, max_output_tokens: 24,
    });
    assert.match(first.output_text, /Paris/);
    const stream = client.responses.stream({
      model: "model", input: "And of Italy?", previous_response_id: first.id, temperature: 0,
      max_output_tokens: 24,
    });
    const types = [];
    for await (const event of stream) types.push(event.type);
    assert.equal(types[0], "response.created");
    assert.ok((await stream.finalResponse()).output_text);
  },
  async errors() {
    await assert.rejects(client.chat.completions.create({ ...plain, n: 2 }), OpenAI.BadRequestError);
    await assert.rejects(client.chat.completions.create({ ...plain, model: "x" }), OpenAI.NotFoundError);
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log("ok", name);
}
