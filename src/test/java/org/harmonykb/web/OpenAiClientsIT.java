package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;

/** Clients that people use, with one service between them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
class OpenAiClientsIT {

  private static final String CAPITAL = "What is the capital of France?";

  private RunningService service;
  private String base;

  @BeforeAll
  void start() throws Exception {
    service = new RunningService(Files.createTempDirectory("kb-clients"));
    base = "http://localhost:" + service.port();
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

  private OpenAIClient openAi() {
    return OpenAIOkHttpClient.builder().baseUrl(base + "/v1").apiKey("none").maxRetries(0).build();
  }

  private static ChatCompletionCreateParams.Builder capital() {
    return ChatCompletionCreateParams.builder()
        .model("model")
        .temperature(0)
        .maxCompletionTokens(24)
        .addUserMessage(CAPITAL);
  }

  @Test
  void openAiJavaChats() {
    OpenAIClient client = openAi();
    ChatCompletion answer = client.chat().completions().create(capital().build());
    answer.validate();
    assertThat(answer.choices().getFirst().message().content().orElseThrow()).contains("Paris");
    ChatCompletionCreateParams streamed =
        capital()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    StringBuilder text = new StringBuilder();
    List<Long> usage = new ArrayList<>();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(streamed)) {
      stream.stream()
          .forEach(
              chunk -> {
                chunk.validate();
                chunk.choices().forEach(c -> c.delta().content().ifPresent(text::append));
                chunk.usage().ifPresent(u -> usage.add(u.completionTokens()));
              });
    }
    assertThat(text.toString()).contains("Paris");
    assertThat(usage).hasSize(1);
    assertThatThrownBy(() -> client.chat().completions().create(capital().n(2).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("n can only be 1");
    assertThatThrownBy(() -> client.chat().completions().create(capital().model("gpt-9").build()))
        .isInstanceOf(NotFoundException.class);
    client.close();
  }

  @Test
  void openAiJavaUsesResponsesEmbeddingsModelsAndAssistants() {
    OpenAIClient client = openAi();
    ResponseCreateParams params =
        ResponseCreateParams.builder()
            .model("model")
            .temperature(0)
            .maxOutputTokens(24)
            .input(CAPITAL)
            .build();
    Response response = client.responses().create(params);
    response.validate();
    assertThat(response.toString()).contains("Paris");
    List<ResponseStreamEvent> events = new ArrayList<>();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      stream.stream().forEach(events::add);
    }
    events.forEach(ResponseStreamEvent::validate);
    assertThat(events.getFirst().isCreated()).isTrue();
    assertThat(events.getLast().isCompleted()).isTrue();
    CreateEmbeddingResponse vectors =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder().model("bge-small-en-v1.5").input("hello").build());
    vectors.validate();
    assertThat(vectors.data().getFirst().embedding()).hasSize(384);
    assertThat(client.models().list().data()).extracting(m -> m.id()).contains("model", "hr");
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model("default")
                    .addUserMessage("How much does parking in garage 4 cost?")
                    .build());
    assertThat(answer.choices().getFirst().message().content().orElseThrow()).contains("35 euros");
    Map<String, JsonValue> more = answer._additionalProperties();
    assertThat(more).containsKey("sources");
    client.close();
  }

  @Test
  void springAiChats() {
    OpenAiChatOptions options =
        OpenAiChatOptions.builder()
            .baseUrl(base + "/v1")
            .apiKey("none")
            .model("model")
            .temperature(0.0)
            .maxCompletionTokens(24)
            .build();
    OpenAiChatModel model = OpenAiChatModel.builder().options(options).build();
    assertThat(model.call(CAPITAL)).contains("Paris");
    String streamed =
        model.stream(new Prompt(CAPITAL))
            .toStream()
            .map(SpringAi::text)
            .collect(Collectors.joining());
    assertThat(streamed).contains("Paris");
  }

  private static final class SpringAi {
    static String text(org.springframework.ai.chat.model.ChatResponse response) {
      String text =
          response.getResult() == null ? null : response.getResult().getOutput().getText();
      return text == null ? "" : text;
    }
  }

  @Test
  void langChain4jChatsCallsToolsAndEmbeds() throws Exception {
    dev.langchain4j.model.openai.OpenAiChatModel model =
        dev.langchain4j.model.openai.OpenAiChatModel.builder()
            .baseUrl(base + "/v1")
            .apiKey("none")
            .modelName("model")
            .temperature(0.0)
            .maxTokens(60)
            .build();
    assertThat(model.chat(CAPITAL)).contains("Paris");
    ToolSpecification tool =
        ToolSpecification.builder()
            .name("get_weather")
            .description("The weather of a city")
            .parameters(
                JsonObjectSchema.builder()
                    .addEnumProperty("city", List.of("Paris", "Rome"))
                    .required("city")
                    .build())
            .build();
    UserMessage question = UserMessage.from("What is the weather in Paris?");
    ChatResponse called =
        model.chat(
            ChatRequest.builder()
                .messages(question)
                .toolSpecifications(tool)
                .toolChoice(ToolChoice.REQUIRED)
                .build());
    AiMessage message = called.aiMessage();
    assertThat(message.toolExecutionRequests()).hasSize(1);
    assertThat(message.toolExecutionRequests().getFirst().arguments())
        .containsPattern("Paris|Rome");
    ChatResponse answered =
        model.chat(
            ChatRequest.builder()
                .messages(
                    question,
                    message,
                    ToolExecutionResultMessage.from(
                        message.toolExecutionRequests().getFirst(), "Rain, 12 degrees"))
                .build());
    assertThat(answered.aiMessage().text()).isNotBlank();
    CompletableFuture<String> streamed = new CompletableFuture<>();
    OpenAiStreamingChatModel.builder()
        .baseUrl(base + "/v1")
        .apiKey("none")
        .modelName("model")
        .temperature(0.0)
        .maxTokens(24)
        .build()
        .chat(
            CAPITAL,
            new StreamingChatResponseHandler() {
              @Override
              public void onPartialResponse(String part) {}

              @Override
              public void onCompleteResponse(ChatResponse response) {
                streamed.complete(response.aiMessage().text());
              }

              @Override
              public void onError(Throwable error) {
                streamed.completeExceptionally(error);
              }
            });
    assertThat(streamed.get(60, TimeUnit.SECONDS)).contains("Paris");
    float[] vector =
        OpenAiEmbeddingModel.builder()
            .baseUrl(base + "/v1")
            .apiKey("none")
            .modelName("bge-small-en-v1.5")
            .build()
            .embed("hello")
            .content()
            .vector();
    assertThat(vector).hasSize(384);
  }

  @Test
  void openAisPythonPackageAcceptsEverything() throws Exception {
    Path python = Path.of("target/clients/python/bin/python");
    require(python, "run scripts/install-clients");
    run(python.toAbsolutePath().toString(), "src/test/clients/check.py", base);
  }

  @Test
  void openAisNpmPackageAcceptsEverything() throws Exception {
    Path script = Path.of("target/clients/node/check.mjs");
    require(script.resolveSibling("node_modules/openai"), "run scripts/install-clients");
    // Node looks for packages beside the script.
    Files.writeString(script, Files.readString(Path.of("src/test/clients/check.mjs")));
    run("node", script.toString(), base);
  }

  @Test
  void curlSeesEachEventWhenItHappens() throws Exception {
    String body =
        "{\"model\":\"model\",\"stream\":true,\"temperature\":0,\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\""
            + CAPITAL
            + "\"}]}";
    String out =
        run(
            "curl",
            "-sSN",
            "--fail",
            "-H",
            "Content-Type: application/json",
            "-d",
            body,
            base + "/v1/chat/completions");
    assertThat(out.strip()).startsWith("data: {").endsWith("data: [DONE]");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void noRequestThatTheDescriptionAllowsEndsInAnErrorOfOurs() throws Exception {
    Path schemathesis = Path.of("target/clients/python/bin/schemathesis");
    require(schemathesis, "run scripts/install-clients");
    Path description = Files.createTempFile("openapi", ".json");
    Files.write(description, service.get("/openapi").body());
    run(
        schemathesis.toAbsolutePath().toString(),
        "run",
        description.toString(),
        "--url",
        base,
        "--checks",
        "not_a_server_error",
        "--phases",
        "examples,coverage,fuzzing",
        "--max-time",
        // What is tried is drawn at random, so that time decides how much it is.
        "true".equals(System.getenv("CI")) ? "60" : "30",
        "--seed",
        "1",
        // Two crash Python 3.11 now and then: its parser counts the depth of all threads together.
        "--workers",
        "1",
        "--request-timeout",
        "60",
        "--no-color");
  }

  private static void require(Path path, String hint) {
    if (!Files.exists(path)) {
      assertThat(System.getenv("CI")).as(path + " is missing: " + hint).isNotEqualTo("true");
      Assumptions.abort(path + " is missing: " + hint);
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Path out = Files.createTempFile("kb-client", ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    boolean ended = process.waitFor(4, TimeUnit.MINUTES);
    process.destroyForcibly();
    String text = Files.readString(out);
    assertThat(ended).as("in time: " + text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
