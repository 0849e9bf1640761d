package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.harmonykb.answering.Answer;
import org.harmonykb.answering.AnswerListener;
import org.harmonykb.answering.Answerer;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Question;
import org.harmonykb.connection.Cancellation;
import org.harmonykb.harmony.Conversation;
import org.harmonykb.openai.ModelIds.Target;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Lets an assistant answer from the documents. Thread-safe. */
@Component
class AssistantWriter {

  private static final Pattern MARKER = Pattern.compile("\\[(\\d{1,2})](?!\\()");

  /** A marker as {@link #linked} writes it, or without its link. */
  private static final Pattern CITED =
      Pattern.compile("\\s*\\[\\[\\d{1,2}]]\\([^)\\s]*\\)|\\s*\\[\\d{1,2}](?!\\()");

  /** Earlier turns that are read. */
  private static final int MAX_TURNS = 24;

  private static final int DEFAULT_MAX_TOKENS = 256;

  private static final int MAX_TOKENS = 4096;

  private final AnsweringService answering;
  private final OpenAiProperties properties;
  private final CurrentCaller caller;

  AssistantWriter(AnsweringService answering, OpenAiProperties properties, CurrentCaller caller) {
    this.caller = caller;
    this.answering = answering;
    this.properties = properties;
  }

  /**
   * A question that was found to be in order.
   *
   * @param before the turns before it
   * @param linkBase what links to documents begin with
   */
  record Job(Question question, List<Answerer.Exchange> before, String linkBase) {}

  /** Checks what can be checked before the first byte. To be called on the request's own thread. */
  Job prepare(
      Target target,
      ConversationReader.Read read,
      AnswerForm form,
      Tools tools,
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Integer maxTokens) {
    if (Constraint.isNeeded(form, tools)) {
      throw OpenAiException.invalid(
          form.isJson() ? "response_format" : "tools",
          "An assistant answers in text from its documents; use the model "
              + ModelIds.PLAIN
              + " for JSON and tools");
    }
    Question asked =
        new Question(
            read.question(),
            null,
            Objects.requireNonNull(target.assistant()),
            Set.of(),
            temperature,
            topP == null || topP > 0 ? topP : null,
            maxTokens == null ? DEFAULT_MAX_TOKENS : Math.min(maxTokens, MAX_TOKENS),
            caller.scope(),
            target.adapter());
    answering.check(asked);
    return new Job(asked, before(read.turns()), linkBase());
  }

  /** Earlier questions with their answers, the last {@value #MAX_TURNS}, without markers. */
  static List<Answerer.Exchange> before(List<Conversation.Turn> turns) {
    List<Answerer.Exchange> before = new ArrayList<>();
    String question = null;
    for (Conversation.Turn turn : turns.subList(0, turns.size() - 1)) {
      if (turn instanceof Conversation.Turn.User user) {
        question = user.text();
      } else if (turn instanceof Conversation.Turn.Assistant answer && question != null) {
        String plain = CITED.matcher(answer.text()).replaceAll("").strip();
        before.add(new Answerer.Exchange(question, question, plain));
        question = null;
      }
    }
    return List.copyOf(before.subList(Math.max(0, before.size() - MAX_TURNS), before.size()));
  }

  private String linkBase() {
    return properties.publicUrl().isBlank()
        ? ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString()
        : properties.publicUrl().replaceAll("/+$", "");
  }

  /** Answers; the checked text is told at once, as what was told could not be taken back. */
  Written write(Job job, Cancellation cancellation, Written.Sink sink) {
    Answer answer =
        answering.ask(job.question, job.before, AnswerListener.endedBy(cancellation::began));
    String text = properties.sources().hasLinks() ? linked(answer, job.linkBase) : answer.answer();
    sink.content(text, List.of());
    return new Written(
        text,
        "",
        List.of(),
        Written.End.STOP,
        new Written.Usage(
            answer.usage().prompt_tokens(),
            answer.usage().cached_tokens(),
            answer.usage().completion_tokens(),
            0),
        List.of(),
        properties.sources().hasField() ? answer.citations() : null);
  }

  /** The text with each marker as a link to its document. */
  static String linked(Answer answer, String base) {
    Matcher matcher = MARKER.matcher(answer.answer());
    StringBuilder text = new StringBuilder();
    while (matcher.find()) {
      int n = Integer.parseInt(matcher.group(1));
      String marker =
          answer.citations().stream()
              .filter(citation -> citation.n() == n)
              .findFirst()
              .map(citation -> "[[" + n + "]](" + link(citation, base) + ")")
              .orElse(matcher.group());
      matcher.appendReplacement(text, Matcher.quoteReplacement(marker));
    }
    return matcher.appendTail(text).toString();
  }

  private static String link(Answer.Citation citation, String base) {
    return base
        + "/api/documents/"
        + citation.documentId()
        + "/content"
        + (citation.page() == null ? "" : "#page=" + citation.page());
  }
}
