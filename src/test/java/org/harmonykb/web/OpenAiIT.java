package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /v1} over HTTP, byte by byte where clients are particular. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OpenAiIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String CHAT = "/v1/chat/completions";
  private static final String CAPITAL =
      "\"messages\":[{\"role\":\"user\",\"content\":\"What is the capital of France?\"}]";
  private static final String WEATHER =
      """
      "tools":[{"type":"function","function":{"name":"get_weather","description":"The weather of a city",
      "parameters":{"type":"object","properties":{"city":{"type":"string","maxLength":20},"unit":{"enum":["C","F"]}},
      "required":["city","unit"],"additionalProperties":false}}}]\
      """;

  private RunningService service;

  @BeforeAll
  void start() throws Exception {
    service = new RunningService(Files.createTempDirectory("kb-openai"));
    service.ingest(
        "parking.md",
        "# Parking\n\nEmployees park in garage 4 for 35 euros per month.\n"
            .getBytes(StandardCharsets.UTF_8));
  }

  @AfterAll
  void stop() {
    if (service != null) {
      service.close();
    }
  }

  private static String chat(String fields) {
    return "{\"model\":\"model\",\"temperature\":0,\"max_tokens\":24," + fields + "}";
  }

  private JsonNode ok(String path, String body) throws Exception {
    RunningService.Reply reply = service.post(path, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private JsonNode refused(String path, String body, int status) throws Exception {
    RunningService.Reply reply = service.post(path, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    JsonNode error = reply.json().get("error");
    for (String field : List.of("message", "type", "param", "code")) {
      assertThat(error.has(field)).as(field).isTrue();
    }
    return error;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          plain | %s
          streamed | "stream":true,"stream_options":{"include_usage":true},%s
          stop | "stream":true,"stop":["ris","never"],%s
          length | "stream":true,"max_completion_tokens":3,%s
          logprobs | "max_completion_tokens":2,"logprobs":true,"top_logprobs":2,%s
          error-before | "stream":true,"n":2,%s
          tool-call | "stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":80,"tool_choice":"required",@,%s
          """)
  void bytesAreWhatTheyWere(String name, String fields) throws Exception {
    String body = chat(fields.replace("%s", CAPITAL).replace("@", WEATHER.replace("\n", "")));
    RunningService.Reply reply = service.post(CHAT, body);
    String text =
        reply.status()
            + " "
            + reply.contentType().replaceAll(";.*", "")
            + "\n"
            + normal(reply.text());
    assertGolden(name, text);
  }

  private static void assertGolden(String name, String text) throws Exception {
    Path golden = Path.of("src/test/resources/golden/" + name + ".txt");
    if (Boolean.getBoolean("kb.golden.write")) {
      Files.writeString(golden, text);
    }
    assertThat(text).isEqualTo(Files.readString(golden));
  }

  /** Without what differs each time: ids, times, probabilities and heartbeats. */
  static String normal(String text) {
    return text.strip()
        .replaceAll("(chatcmpl|call)[-_][0-9a-f-]+", "$1-ID")
        .replaceAll("\"created\":\\d+", "\"created\":0")
        .replaceAll("\"logprob\":-?[0-9.E-]+", "\"logprob\":0")
        .replaceAll("\"cached_tokens\":\\d+", "\"cached_tokens\":0")
        .replaceAll("(?m)^:\n\n?", "");
  }

  @Test
  void aGoneReaderFreesItsPlaceWhileTheModelWrites() throws Exception {
    String body =
        "{\"model\":\"model\",\"stream\":true,\"seed\":7,\"messages\":[{\"role\":\"user\",\"content\":\"Write"
            + " a very long story about a fox.\"}],\"max_tokens\":2000}";
    try (Socket socket = new Socket("localhost", service.port())) {
      String head =
          "POST /v1/chat/completions HTTP/1.1\r\n"
              + "Host: localhost\r\n"
              + "Content-Type: application/json\r\n"
              + "Content-Length: "
              + body.length()
              + "\r\n\r\n";
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      StringBuilder seen = new StringBuilder();
      while (chunks(seen.toString()).size() < 4) {
        seen.append((char) in.read());
      }
      assertThat(service.status().running()).isPositive();
      assertGolden(
          "cancel", String.join("\n\n", chunks(seen.toString())) + "\n\n(the reader is gone)");
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> service.status().running() == 0 && service.status().queued() == 0);
  }

  @Test
  void afterTheFirstByteAnErrorIsAnEvent() throws Exception {
    try (RunningService ending =
        new RunningService(Files.createTempDirectory("kb-openai-ending"))) {
      Thread closing =
          Thread.ofVirtual()
              .start(
                  () -> {
                    Awaitility.await().until(() -> ending.status().completionTokens() > 5);
                    ending.engine().close();
                  });
      RunningService.Reply reply =
          ending.post(
              CHAT,
              "{\"model\":\"model\",\"stream\":true,\"max_tokens\":2000,\"messages\":[{\"role\":\"user\",\"content\":\"Write"
                  + " a very long story.\"}]}");
      closing.join();
      assertThat(reply.status()).isEqualTo(200);
      List<String> data = data(reply.text());
      assertThat(data).doesNotContain("[DONE]");
      JsonNode error = JSON.readTree(data.getLast()).get("error");
      assertThat(error.get("message").asString()).contains("shutting down");
      assertThat(error.has("code")).isTrue();
      List<String> events = chunks(reply.text());
      String between = "\n\n(as many more as were written)\n\n";
      assertGolden(
          "error-after",
          String.join("\n\n", events.subList(0, 1)) + between + normal(events.getLast()));
    }
  }

  /** Whole events, without the frames of HTTP and heartbeats. */
  private static List<String> chunks(String stream) {
    String whole = stream.substring(0, Math.max(0, stream.lastIndexOf("\n\n")));
    return normal(whole).lines().filter(line -> line.startsWith("data: ")).toList();
  }

  private static List<String> data(String stream) {
    return stream.lines().filter(l -> l.startsWith("data: ")).map(l -> l.substring(6)).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          n | "n":2,%s
          temperature | "temperature":2.5,%s
          top_p | "top_p":-0.1,%s
          max_completion_tokens | "max_completion_tokens":0,%s
          stop | "stop":["a","b","c","d","e"],%s
          stop | "stop":7,%s
          top_logprobs | "top_logprobs":3,%s
          top_logprobs | "logprobs":true,"top_logprobs":21,%s
          reasoning_effort | "reasoning_effort":"a lot",%s
          messages | "messages":[]
          messages[0].role | "messages":[{"role":"wizard","content":"x"}]
          messages[0].content[0] | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:"}}]}]
          messages | "messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]
          messages[1].tool_call_id | "messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"no","content":"y"}]
          schema | "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"oneOf":[]}}},%s
          response_format | "response_format":{"type":"xml"},%s
          tools[0].type | "tools":[{"type":"web_search"}],%s
          tool_choice | "tool_choice":"required",%s
          temperature | "temperature":"warm",%s
          """)
  void whatIsWrongIsRefusedWithTheNameOfItsField(String param, String fields) throws Exception {
    JsonNode error = refused(CHAT, chat(fields.replace("%s", CAPITAL)), 400);
    assertThat(error.get("param").asString()).isEqualTo(param);
    assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
  }

  @Test
  void unknownModelsAndPathsAreErrorsOfTheSameForm() throws Exception {
    assertThat(refused(CHAT, "{\"model\":\"gpt-9\"," + CAPITAL + "}", 404).get("code").asString())
        .isEqualTo("model_not_found");
    refused("/v1/images/generations", "{}", 404);
    refused(CHAT, "{", 400);
    RunningService.Reply wrongMethod = service.get(CHAT);
    assertThat(wrongMethod.status()).isEqualTo(404);
    assertThat(wrongMethod.json().get("error").get("message").asString()).contains("GET");
  }

  @Test
  void partsRolesAndUnknownFieldsAreRead() throws Exception {
    JsonNode answer =
        ok(
            CHAT,
            chat(
                """
                "user":"u","metadata":{"a":"b"},"unknown":[1],"parallel_tool_calls":true,"store":false,
                "messages":[{"role":"developer","content":"Answer in one word."},
                {"role":"system","content":[{"type":"text","text":"Be brief."}]},
                {"role":"user","content":[{"type":"text","text":"What is the capital"},{"type":"text","text":" of France?"}]},
                {"role":"assistant","content":"<think>hm</think>Paris"},
                {"role":"user","content":"What is the capital of Italy?"}]
                """));
    assertThat(answer.get("choices").get(0).get("message").get("content").asString())
        .contains("Rome");
  }

  @Test
  void theSameSeedWritesTheSame() throws Exception {
    String body =
        "{\"model\":\"model\",\"seed\":11,\"temperature\":1.2,\"max_tokens\":20," + CAPITAL + "}";
    JsonNode first = ok(CHAT, body).get("choices").get(0).get("message");
    assertThat(ok(CHAT, body).get("choices").get(0).get("message")).isEqualTo(first);
  }

  @Test
  void jsonFitsItsSchemaAndIsWholeWhenItIsCut() throws Exception {
    String schema =
        """
        {"type":"object","properties":{"city":{"type":"string"},"country":{"type":"string"},
         "population":{"type":"integer","minimum":0},"rivers":{"type":"array","items":{"type":"string"},"minItems":1}},
         "required":["city","country","population","rivers"],"additionalProperties":false}
        """;
    for (int limit : new int[] {40, 60, 200}) {
      String body =
          """
          {"model":"model","temperature":0,"max_tokens":%d,"response_format":{"type":"json_schema","json_schema":{"name":"city","strict":true,"schema":%s}},
           "messages":[{"role":"user","content":"Describe Paris as JSON."}]}
          """
              .formatted(limit, schema);
      JsonNode choice = ok(CHAT, body).get("choices").get(0);
      String content = choice.get("message").get("content").asString();
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(schema, InputFormat.JSON)
                  .validate(content, InputFormat.JSON))
          .as(content)
          .isEmpty();
      assertThat(choice.get("finish_reason").asString()).isIn("stop", "length");
    }
    String story =
        "{\"type\":\"object\",\"properties\":{\"story\":{\"type\":\"string\"}},\"required\":[\"story\"]}";
    String cut =
        "{\"model\":\"model\",\"temperature\":0,\"max_tokens\":14,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"s\",\"schema\":"
            + story
            + "}},\"messages\":[{\"role\":\"user\",\"content\":\"Tell a long story about a"
            + " fox.\"}]}";
    JsonNode choice = ok(CHAT, cut).get("choices").get(0);
    assertThat(choice.get("finish_reason").asString()).isEqualTo("length");
    String content = choice.get("message").get("content").asString();
    assertThat(JSON.readTree(content).get("story").asString()).isNotBlank();
    assertThat(
            refused(
                    CHAT,
                    chat(
                        "\"max_completion_tokens\":2,\"response_format\":{\"type\":\"json_schema\",\"schema\":"
                            + schema
                            + "},"
                            + CAPITAL),
                    400)
                .get("message")
                .asString())
        .contains("may be written");
  }

  @Test
  void aToolIsCalledAndItsResultIsRead() throws Exception {
    JsonNode choice =
        ok(
                CHAT,
                chat(
                    "\"max_completion_tokens\":80,\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}},"
                        + WEATHER
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"What is the weather in"
                        + " Paris?\"}]"))
            .get("choices")
            .get(0);
    JsonNode call = choice.get("message").get("tool_calls").get(0);
    assertThat(choice.get("finish_reason").asString()).isEqualTo("tool_calls");
    assertThat(call.get("function").get("name").asString()).isEqualTo("get_weather");
    JsonNode arguments = JSON.readTree(call.get("function").get("arguments").asString());
    assertThat(arguments.get("unit").asString()).isIn("C", "F");
    JsonNode answer =
        ok(
            CHAT,
            chat(
                WEATHER
                    + ",\"tool_choice\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\"What"
                    + " is the weather in Paris?\"},"
                    + choice.get("message")
                    + ",{\"role\":\"tool\",\"tool_call_id\":\""
                    + call.get("id").asString()
                    + "\",\"content\":\"Rainy, 12 C\"}]"));
    assertThat(answer.get("choices").get(0).get("message").get("content").asString()).isNotBlank();
  }

  @Test
  void anAssistantAnswersWithLinkedSources() throws Exception {
    JsonNode answer =
        ok(
            CHAT,
            "{\"model\":\"default\",\"messages\":[{\"role\":\"user\",\"content\":\"How much does"
                + " parking in garage 4 cost?\"}]}");
    String content = answer.get("choices").get(0).get("message").get("content").asString();
    String document = answer.get("sources").get(0).get("documentId").asString();
    assertThat(content)
        .contains("35 euros")
        .contains(
            "[[1]](http://localhost:" + service.port() + "/api/documents/" + document + "/content");
  }

  @Test
  void anAssistantReadsTheTurnsBefore() throws Exception {
    String followUp =
        ok(
                CHAT,
                """
                {"model":"default","messages":[{"role":"user","content":"Where do employees park?"},
                {"role":"assistant","content":"Employees park in garage 4. [[1]](http://kb/api/documents/x/content)"},
                {"role":"user","content":"How much does it cost?"}]}
                """)
            .get("choices")
            .get(0)
            .get("message")
            .get("content")
            .asString();
    assertThat(followUp).contains("35 euros");
    JsonNode item =
        ok(
            "/v1/responses",
            """
            {"model":"default","input":[{"role":"user","content":"Where do employees park?"},
            {"role":"assistant","content":"In garage 4."},{"role":"user","content":"How much does it cost?"}]}
            """);
    assertThat(item.get("output").get(0).get("content").get(0).get("text").asString())
        .contains("35 euros");
    assertThat(
            ok(
                    CHAT,
                    "{\"model\":\"default\",\"messages\":[{\"role\":\"user\",\"content\":\"How much does it cost?\"}]}")
                .get("choices")
                .get(0)
                .get("message")
                .get("content")
                .asString())
        .doesNotContain("35 euros");
  }

  @Test
  void embeddingsComeAsNumbersOrBase64() throws Exception {
    JsonNode numbers =
        ok("/v1/embeddings", "{\"model\":\"bge-small-en-v1.5\",\"input\":[\"hello\",\"world\"]}");
    JsonNode base64 =
        ok(
            "/v1/embeddings",
            "{\"model\":\"bge-small-en-v1.5\",\"input\":\"hello\",\"encoding_format\":\"base64\",\"dimensions\":384}");
    ByteBuffer bytes =
        ByteBuffer.wrap(
                Base64.getDecoder().decode(base64.get("data").get(0).get("embedding").asString()))
            .order(ByteOrder.LITTLE_ENDIAN);
    JsonNode vector = numbers.get("data").get(0).get("embedding");
    assertThat(vector).hasSize(384);
    for (JsonNode value : vector) {
      assertThat(bytes.getFloat()).isEqualTo((float) value.asDouble());
    }
    assertThat(numbers.get("data").get(1).get("index").asInt()).isEqualTo(1);
    assertThat(numbers.get("usage").get("prompt_tokens").asInt()).isEqualTo(6);
    JsonNode tokens =
        ok("/v1/embeddings", "{\"model\":\"bge-small-en-v1.5\",\"input\":[[7592],[2088]]}");
    assertThat(tokens.get("data")).isEqualTo(numbers.get("data"));
    assertThat(
            ok("/v1/embeddings", "{\"model\":\"bge-small-zh-v1.5\",\"input\":\"年假\"}")
                .get("data")
                .get(0)
                .get("embedding"))
        .hasSize(512);
    for (String bad :
        List.of(
            "\"input\":\"x\",\"dimensions\":256",
            "\"input\":\"x\",\"encoding_format\":\"int8\"",
            "\"input\":[]",
            "\"input\":[-1]",
            "\"input\":\"\"",
            "\"input\":\"" + "word ".repeat(600) + "\"")) {
      refused("/v1/embeddings", "{\"model\":\"bge-small-en-v1.5\"," + bad + "}", 400);
    }
    refused("/v1/embeddings", "{\"model\":\"model\",\"input\":\"x\"}", 404);
  }

  @Test
  void textIsCompleted() throws Exception {
    String fields = "\"model\":\"model\",\"temperature\":0,\"max_tokens\":4,";
    JsonNode completion =
        ok(
            "/v1/completions",
            "{"
                + fields
                + "\"echo\":true,\"prompt\":[\"The capital of France is\",\"One two three\"]}");
    assertThat(completion.get("object").asString()).isEqualTo("text_completion");
    assertThat(completion.get("choices").get(0).get("text").asString())
        .startsWith("The capital of France is Paris");
    assertThat(completion.get("choices").get(1).get("text").asString()).startsWith("One two three");
    int[] tokens = service.engine().tokenizer().encode("The capital of France is");
    JsonNode logged =
        ok(
                "/v1/completions",
                "{" + fields + "\"logprobs\":2,\"prompt\":" + JSON.writeValueAsString(tokens) + "}")
            .get("choices")
            .get(0);
    assertThat(logged.get("text").asString()).contains("Paris");
    assertThat(logged.get("logprobs").get("tokens").get(0).asString()).isEqualTo(" Paris");
    assertThat(logged.get("logprobs").get("top_logprobs").get(0)).hasSize(2);
    List<String> data =
        data(
            service
                .post(
                    "/v1/completions",
                    "{" + fields + "\"stream\":true,\"prompt\":\"The capital of France is\"}")
                .text());
    assertThat(data.getLast()).isEqualTo("[DONE]");
    List<String> texts = new ArrayList<>();
    for (String chunk : data.subList(0, data.size() - 1)) {
      texts.add(JSON.readTree(chunk).get("choices").get(0).get("text").asString());
    }
    assertThat(String.join("", texts)).isEqualTo(logged.get("text").asString());
    refused("/v1/completions", "{" + fields + "\"prompt\":\"x\",\"suffix\":\"y\"}", 400);
    refused("/v1/completions", "{" + fields + "\"prompt\":[99999999]}", 400);
    refused("/v1/completions", "{\"model\":\"default\",\"prompt\":\"x\"}", 400);
  }

  @Test
  void modelsAreListed() throws Exception {
    JsonNode models = service.get("/v1/models").json();
    assertThat(models.get("data"))
        .extracting(model -> model.get("id").asString())
        .contains("model", "default", "hr", "bge-small-en-v1.5");
    for (JsonNode model : models.get("data")) {
      assertThat(model.propertyNames())
          .containsExactlyInAnyOrder("id", "object", "created", "owned_by");
      assertThat(service.get("/v1/models/" + model.get("id").asString()).json()).isEqualTo(model);
    }
    assertThat(service.get("/v1/models/nope").status()).isEqualTo(404);
  }

  @Test
  void responsesKeepToTheLifeCycleOfTheirItems() throws Exception {
    String fields =
        "\"model\":\"model\",\"temperature\":0,\"input\":\"What is the capital of France?\"";
    List<JsonNode> events = events("{" + fields + ",\"max_output_tokens\":24,\"stream\":true}");
    assertThat(events)
        .extracting(event -> event.get("type").asString())
        .filteredOn(type -> !type.equals("response.output_text.delta"))
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed");
    JsonNode response = events.getLast().get("response");
    String text = response.get("output").get(0).get("content").get(0).get("text").asString();
    assertThat(text).contains("Paris");
    StringBuilder deltas = new StringBuilder();
    events.forEach(event -> deltas.append(event.path("delta").asString("")));
    assertThat(deltas.toString()).isEqualTo(text);
    assertThat(events.getFirst().get("response").get("output")).isEmpty();

    List<JsonNode> cut = events("{" + fields + ",\"max_output_tokens\":3,\"stream\":true}");
    assertThat(cut.getLast().get("type").asString()).isEqualTo("response.incomplete");
    assertThat(cut.getLast().get("response").get("incomplete_details").get("reason").asString())
        .isEqualTo("max_output_tokens");

    String tool =
        "\"tools\":[{\"type\":\"function\",\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"enum\":[\"Paris\"]}},\"required\":[\"city\"],\"additionalProperties\":false}}],\"tool_choice\":\"required\"";
    List<JsonNode> called =
        events("{" + fields + "," + tool + ",\"max_output_tokens\":80,\"stream\":true}");
    assertThat(called)
        .extracting(event -> event.get("type").asString())
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.completed");
    JsonNode call = called.getLast().get("response").get("output").get(0);
    assertThat(JSON.readTree(call.get("arguments").asString()).get("city").asString())
        .isEqualTo("Paris");
    ok(
        "/v1/responses",
        "{\"model\":\"model\",\"max_output_tokens\":8,\"previous_response_id\":\""
            + called.getLast().get("response").get("id").asString()
            + "\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\""
            + call.get("call_id").asString()
            + "\",\"output\":\"Rain\"}]}");
  }

  @Test
  void responsesAreKeptUntilTheyAreDeletedUnlessNobodyWantsThem() throws Exception {
    String fields =
        "\"model\":\"model\",\"temperature\":0,\"max_output_tokens\":8,\"input\":\"Say hello.\"";
    JsonNode kept = ok("/v1/responses", "{" + fields + "}");
    String path = "/v1/responses/" + kept.get("id").asString();
    assertThat(service.get(path).json()).isEqualTo(kept);
    assertThat(service.get(path + "/input_items").json().get("data")).hasSize(1);
    assertThat(service.delete(path).json().get("deleted").asBoolean()).isTrue();
    assertThat(service.get(path).status()).isEqualTo(404);
    JsonNode gone = ok("/v1/responses", "{" + fields + ",\"store\":false}");
    assertThat(service.get("/v1/responses/" + gone.get("id").asString()).status()).isEqualTo(404);
    refused("/v1/responses", "{" + fields + ",\"background\":true}", 400);
    refused("/v1/responses", "{" + fields + ",\"conversation\":\"conv_1\"}", 400);
    refused("/v1/responses", "{" + fields + ",\"previous_response_id\":\"resp_1\"}", 404);
    refused(
        "/v1/responses",
        "{\"model\":\"model\",\"input\":[{\"type\":\"item_reference\",\"id\":\"x\"}]}",
        400);
    JsonNode json =
        ok(
            "/v1/responses",
            "{\"model\":\"model\",\"max_output_tokens\":40,\"input\":\"Describe Paris.\",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"c\",\"schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"],\"additionalProperties\":false}}}}");
    String text = json.get("output").get(0).get("content").get(0).get("text").asString();
    assertThat(JSON.readTree(text).has("city")).isTrue();
  }

  private List<JsonNode> events(String body) throws Exception {
    List<String> lines = service.post("/v1/responses", body).text().lines().toList();
    List<String> names =
        lines.stream().filter(l -> l.startsWith("event: ")).map(l -> l.substring(7)).toList();
    List<JsonNode> events =
        lines.stream()
            .filter(l -> l.startsWith("data: "))
            .map(l -> JSON.readTree(l.substring(6)))
            .toList();
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).get("sequence_number").asInt()).isEqualTo(i);
      assertThat(events.get(i).get("type").asString()).isEqualTo(names.get(i));
    }
    return events;
  }
}
