package org.harmonykb.answering;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.conversations.ConversationService;
import org.harmonykb.conversations.Turn;
import org.harmonykb.engine.ContextOverflowException;
import org.harmonykb.engine.FinishReason;
import org.harmonykb.engine.GenerationEvent;
import org.harmonykb.engine.GenerationRequest;
import org.harmonykb.engine.SamplingOptions;
import org.harmonykb.engine.TokenStream;
import org.harmonykb.engine.UnknownAdapterException;
import org.harmonykb.harmony.Channel;
import org.harmonykb.harmony.CompletionParser;
import org.harmonykb.harmony.Conversation;
import org.harmonykb.retrieval.Language;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.Retriever;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/**
 * From a question to a checked answer: condense, search, judge the evidence, write, verify, store.
 * What the documents do not hold is refused; what the model writes without support is replaced by
 * quotes.
 */
@Service
public class AnsweringService {

  private static final int CANDIDATES = 12;
  private static final int QUOTE_LENGTH = 1200;

  private final Retriever retriever;
  private final LanguageModel model;
  private final Assistants assistants;
  private final Adapters adapters;
  private final ConversationService conversations;
  private final AnsweringProperties properties;
  private final Clock clock;
  private final JsonMapper json;
  private final @Nullable CitationMask citationMask;

  AnsweringService(
      Retriever retriever,
      LanguageModel model,
      Assistants assistants,
      Adapters adapters,
      ConversationService conversations,
      AnsweringProperties properties,
      Clock clock,
      JsonMapper json) {
    this.retriever = retriever;
    this.model = model;
    this.assistants = assistants;
    this.adapters = adapters;
    this.conversations = conversations;
    this.properties = properties;
    this.clock = clock;
    this.json = json;
    LanguageModel.Loaded loaded = model.loaded();
    this.citationMask = loaded == null ? null : new CitationMask(loaded.engine().tokenizer());
  }

  /** What the model wrote and what it cost. */
  private record Generated(
      String text,
      String prompt,
      GenerationEvent.Usage usage,
      double firstTokenMs,
      int trimmedTurns) {}

  /**
   * Checks what can be checked before the first byte of an answer.
   *
   * @throws InvalidQuestionException if the question cannot be answered as it was asked
   * @throws UnknownAdapterException if its adapter is not loaded
   */
  public void check(Question question) {
    if (question.text().isBlank()) {
      throw new InvalidQuestionException("The question is empty");
    }
    if (question.text().length() > properties.maxQuestionChars()) {
      throw new InvalidQuestionException(
          "The question has %d characters; at most %d are read"
              .formatted(question.text().length(), properties.maxQuestionChars()));
    }
    assistants.get(question.assistant());
    options(question);
    if (question.adapter() != null) {
      adapters.require(question.adapter().name());
    }
    if (question.conversationId() != null) {
      conversations.get(question.conversationId());
    }
  }

  /** Answers a question that {@link #check} let through, and stores the turn. */
  public Answer ask(Question question, AnswerListener listener) {
    long started = System.nanoTime();
    Assistant assistant = assistants.get(question.assistant());
    String language = Language.of(question.text());
    UUID conversationId =
        question.conversationId() == null ? UUID.randomUUID() : question.conversationId();
    List<Turn> turns =
        question.conversationId() == null ? List.of() : conversations.turns(conversationId);
    String searchedFor =
        QuestionCondenser.condense(question.text(), turns.stream().map(Turn::question).toList());

    Set<String> collections =
        question.collections().isEmpty()
            ? Set.copyOf(assistant.collections())
            : question.collections();
    List<Passage> found =
        retriever.search(new Query(searchedFor, collections, CANDIDATES), question.scope());
    List<Passage> passages =
        ContextBuilder.choose(
            found,
            properties.passages(),
            properties.passageTokens(),
            this::tokens,
            LocalDate.now(clock));
    double retrievalMs = millis(started);

    List<Answer.Citation> sources = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      sources.add(citation(i + 1, passages.get(i)));
    }
    listener.sources(sources);

    LanguageModel.Loaded loaded = model.loaded();
    Generated generated = null;
    Answer answer;
    if (!hasEvidence(searchedFor, passages)) {
      String text = refusal(assistant, language, passages);
      listener.token(text);
      answer =
          new Answer(
              text,
              List.of(),
              true,
              "refused",
              List.of(),
              new Answer.Usage(0, 0, 0),
              new Answer.Timings(retrievalMs, millis(started), millis(started)),
              conversationId,
              loaded == null ? "extractive" : "generated",
              notice(loaded),
              searchedFor);
    } else if (loaded == null) {
      answer =
          extractive(
              searchedFor, passages, conversationId, retrievalMs, started, notice(null), listener);
    } else {
      generated = generate(loaded, question, assistant, language, turns, passages, listener);
      answer =
          verified(
              generated, searchedFor, passages, conversationId, retrievalMs, started, listener);
    }
    conversations.add(
        conversationId,
        assistant.id(),
        question.text(),
        generated == null ? question.text() : generated.prompt,
        generated == null ? answer.answer() : generated.text,
        json.writeValueAsString(answer));
    return answer;
  }

  private int tokens(String text) {
    LanguageModel.Loaded loaded = model.loaded();
    return loaded == null ? text.length() / 3 : loaded.engine().tokenizer().encode(text).length;
  }

  /** Enough of the question must be found, in words or in meaning, before anything is written. */
  private boolean hasEvidence(String question, List<Passage> passages) {
    if (passages.isEmpty()) {
      return false;
    }
    double similarity = passages.stream().mapToDouble(Passage::similarity).max().orElse(0);
    StringBuilder all = new StringBuilder();
    passages.forEach(
        p ->
            all.append(p.title())
                .append('\n')
                .append(p.section())
                .append('\n')
                .append(p.text())
                .append('\n'));
    double coverage = Terms.coverage(Terms.of(question), Terms.of(all.toString()));
    double needed =
        Language.of(question).equals(Language.CHINESE)
            ? properties.minChineseCoverage()
            : properties.minCoverage();
    return similarity >= properties.minSimilarity()
        && (coverage >= needed || similarity >= properties.highSimilarity());
  }

  private static String refusal(Assistant assistant, String language, List<Passage> passages) {
    boolean chinese = language.equals(Language.CHINESE);
    StringBuilder text =
        new StringBuilder(
            chinese
                ? "文档中没有找到这个问题的答案。请联系" + assistant.contact(language) + "。"
                : "The documents do not answer this question. Please ask "
                    + assistant.contact(language)
                    + ".");
    List<String> nearest = passages.stream().map(Passage::title).distinct().limit(3).toList();
    if (!nearest.isEmpty()) {
      text.append(chinese ? "\n\n最接近的文档：" : "\n\nNearest documents: ")
          .append(String.join(chinese ? "、" : ", ", nearest));
    }
    return text.toString();
  }

  private @Nullable String notice(LanguageModel.@Nullable Loaded loaded) {
    return loaded == null ? model.describe() + ". This answer quotes the documents." : null;
  }

  private Answer extractive(
      String question,
      List<Passage> passages,
      UUID conversationId,
      double retrievalMs,
      long started,
      @Nullable String notice,
      AnswerListener listener) {
    String text = Extractive.answer(question, passages);
    listener.token(text);
    List<Answer.Citation> cited = new ArrayList<>();
    for (int n = 1; n <= passages.size(); n++) {
      if (text.contains("[" + n + "]")) {
        cited.add(citation(n, passages.get(n - 1)));
        listener.citation(n, passages.get(n - 1).title());
      }
    }
    return new Answer(
        text,
        cited,
        false,
        "supported",
        List.of(),
        new Answer.Usage(0, 0, 0),
        new Answer.Timings(retrievalMs, millis(started), millis(started)),
        conversationId,
        "extractive",
        notice,
        question);
  }

  private Answer verified(
      Generated generated,
      String question,
      List<Passage> passages,
      UUID conversationId,
      double retrievalMs,
      long started,
      AnswerListener listener) {
    AnswerVerifier.Verified verified = AnswerVerifier.verify(generated.text, passages);
    Answer.Usage usage =
        new Answer.Usage(
            generated.usage.promptTokens(),
            generated.usage.cachedTokens(),
            generated.usage.completionTokens());
    String notice =
        generated.trimmedTurns > 0
            ? "The first " + generated.trimmedTurns + " turns no longer fit and were left out."
            : null;
    if (!verified.isTrustworthy()) {
      Answer quoted =
          extractive(
              question,
              passages,
              conversationId,
              retrievalMs,
              started,
              "What the model wrote is not borne out by the documents; here is what they say.",
              listener);
      return new Answer(
          quoted.answer(),
          quoted.citations(),
          false,
          "unsupported",
          verified.unsupported(),
          usage,
          new Answer.Timings(retrievalMs, generated.firstTokenMs, millis(started)),
          conversationId,
          "extractive",
          quoted.notice(),
          question);
    }
    List<Answer.Citation> cited = new ArrayList<>();
    for (int n : verified.cited()) {
      cited.add(citation(n, passages.get(n - 1)));
      listener.citation(n, passages.get(n - 1).title());
    }
    return new Answer(
        verified.text(),
        cited,
        false,
        verified.unsupported().isEmpty() ? "supported" : "partly supported",
        verified.unsupported(),
        usage,
        new Answer.Timings(retrievalMs, generated.firstTokenMs, millis(started)),
        conversationId,
        "generated",
        notice,
        question);
  }

  private Generated generate(
      LanguageModel.Loaded loaded,
      Question question,
      Assistant assistant,
      String language,
      List<Turn> turns,
      List<Passage> passages,
      AnswerListener listener) {
    String message = ContextBuilder.userMessage(passages, question.text());
    int maxTokens = question.maxTokens() == null ? properties.maxTokens() : question.maxTokens();
    int context = loaded.engine().model().contextLength();
    int[] prompt = {};
    int trimmed = 0;
    for (; trimmed <= turns.size(); trimmed++) {
      prompt =
          loaded
              .format()
              .render(
                  conversation(assistant, language, turns.subList(trimmed, turns.size()), message));
      if (prompt.length + Math.min(maxTokens, 64) < context) {
        break;
      }
    }
    if (prompt.length >= context) {
      throw new ContextOverflowException(prompt.length, context);
    }
    GenerationRequest request =
        new GenerationRequest(
            prompt,
            maxTokens,
            options(question),
            loaded.format().stopTokens(),
            List.of(),
            citationMask == null ? null : citationMask.forPassages(passages.size()),
            question.adapter());
    CompletionParser parser = loaded.format().parser();
    StringBuilder text = new StringBuilder();
    long started = System.nanoTime();
    double firstToken = 0;
    GenerationEvent.Usage usage = new GenerationEvent.Usage(prompt.length, 0, 0);
    try (TokenStream stream = loaded.engine().generate(request)) {
      listener.began(stream::close);
      while (stream.hasNext()) {
        switch (stream.next()) {
          case GenerationEvent.Queued queued ->
              listener.progress(queued.position(), 0, prompt.length);
          case GenerationEvent.Prefill prefill ->
              listener.progress(0, prefill.done(), prefill.total());
          case GenerationEvent.Token token -> {
            firstToken = firstToken == 0 ? millis(started) : firstToken;
            emit(parser.accept(token.id()), text, listener);
          }
          case GenerationEvent.Finished finished -> {
            if (finished.reason() == FinishReason.CANCELLED) {
              throw new AnswerCancelledException();
            }
            emit(parser.finish(), text, listener);
            usage = finished.usage();
          }
          case GenerationEvent.Failed failed -> throw failed.cause();
        }
      }
    }
    return new Generated(
        text.toString().strip(), message, usage, firstToken, Math.min(trimmed, turns.size()));
  }

  private static void emit(
      List<CompletionParser.Delta> deltas, StringBuilder text, AnswerListener listener) {
    boolean silent = true;
    for (CompletionParser.Delta delta : deltas) {
      if (delta.channel() == Channel.FINAL) {
        text.append(delta.text());
        listener.token(delta.text());
        silent = false;
      }
    }
    if (silent) {
      listener.heartbeat();
    }
  }

  private Conversation conversation(
      Assistant assistant, String language, List<Turn> history, String message) {
    List<Conversation.Turn> turns = new ArrayList<>();
    for (Turn turn : history) {
      turns.add(new Conversation.Turn.User(turn.prompt()));
      turns.add(new Conversation.Turn.Assistant(turn.answer()));
    }
    turns.add(new Conversation.Turn.User(message));
    return new Conversation(
        LocalDate.now(clock).toString(),
        Conversation.ReasoningEffort.LOW,
        assistant.instructions(language),
        turns);
  }

  private static SamplingOptions options(Question question) {
    double temperature = question.temperature() == null ? 0 : question.temperature();
    double topP = question.topP() == null ? 1 : question.topP();
    if (!(temperature >= 0 && temperature <= 2) || !(topP > 0 && topP <= 1)) {
      throw new InvalidQuestionException("temperature must be 0 to 2 and topP above 0 to 1");
    }
    if (question.maxTokens() != null && (question.maxTokens() < 1 || question.maxTokens() > 4096)) {
      throw new InvalidQuestionException("maxTokens must be 1 to 4096");
    }
    return new SamplingOptions(temperature, 0, topP, 0, 1.1, 42);
  }

  private static Answer.Citation citation(int n, Passage passage) {
    String quote = passage.text();
    return new Answer.Citation(
        n,
        passage.documentId(),
        passage.title(),
        passage.section(),
        passage.page(),
        passage.revision(),
        quote.length() <= QUOTE_LENGTH ? quote : quote.substring(0, QUOTE_LENGTH) + "…");
  }

  private static double millis(long since) {
    return Math.round((System.nanoTime() - since) / 1e4) / 100.0;
  }
}
