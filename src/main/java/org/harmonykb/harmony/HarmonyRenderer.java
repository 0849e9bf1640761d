package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.harmonykb.harmony.Content.DeveloperContent;
import org.harmonykb.harmony.Content.SystemContent;
import org.harmonykb.harmony.Content.Text;
import org.jspecify.annotations.Nullable;

/**
 * Writes Harmony messages as tokens, id by id as openai/harmony v0.0.8 does. Every part of a header
 * and of the content is encoded by itself as plain text, so that no text turns into control tokens.
 * Immutable and thread-safe.
 */
public final class HarmonyRenderer {

  private static final String CONSTRAIN = "<|constrain|>";

  private final Vocabulary vocabulary;

  /**
   * @throws IllegalArgumentException if the vocabulary lacks one of Harmony's control tokens
   */
  public HarmonyRenderer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    for (String token :
        List.of(
            "<|start|>",
            "<|message|>",
            "<|channel|>",
            CONSTRAIN,
            "<|end|>",
            "<|call|>",
            "<|return|>")) {
      PromptBuilder.control(vocabulary, token);
    }
  }

  /** A prompt's text, with control tokens spelled out, and its token ids. */
  public record Rendered(String text, int[] ids) {}

  /**
   * A prompt after which the model writes the next message of a role.
   *
   * @throws HarmonyException if a message cannot be written
   */
  public Rendered completion(List<Message> messages, AnalysisHistory history, Role nextRole) {
    PromptBuilder out = conversation(messages, history, false);
    return rendered(out.control("<|start|>").text(nextRole.text()));
  }

  /**
   * The messages alone.
   *
   * @throws HarmonyException if a message cannot be written
   */
  public Rendered conversation(List<Message> messages, AnalysisHistory history) {
    return rendered(conversation(messages, history, false));
  }

  /**
   * The messages as a training example: a final answer at the end closes with {@code <|return|>}.
   *
   * @throws HarmonyException if a message cannot be written
   */
  public Rendered training(List<Message> messages, AnalysisHistory history) {
    boolean returns = !messages.isEmpty() && messages.getLast().isAssistantFinal();
    return rendered(conversation(messages, history, returns));
  }

  private static Rendered rendered(PromptBuilder out) {
    return new Rendered(out.toString(), out.toArray());
  }

  private PromptBuilder conversation(
      List<Message> messages, AnalysisHistory history, boolean returns) {
    PromptBuilder out = new PromptBuilder(vocabulary);
    boolean offersFunctions =
        messages.stream()
            .flatMap(message -> message.content().stream())
            .anyMatch(part -> part instanceof DeveloperContent dev && dev.offersFunctions());
    List<Message> selected = history.select(messages);
    for (int i = 0; i < selected.size(); i++) {
      Message message = selected.get(i);
      header(message, out);
      for (Content part : message.content()) {
        out.text(text(part, message.role(), offersFunctions));
      }
      boolean calls = message.role() == Role.ASSISTANT && message.recipient() != null;
      boolean last = returns && i == selected.size() - 1;
      out.control(last ? "<|return|>" : calls ? "<|call|>" : "<|end|>");
    }
    return out;
  }

  private static void header(Message message, PromptBuilder out) {
    out.control("<|start|>");
    String name = message.name();
    if (message.role() == Role.TOOL) {
      if (name == null) {
        throw new HarmonyException("Tools should have a name!");
      }
      out.text(name);
    } else {
      out.text(message.role().text());
      if (name != null) {
        out.text(":" + name);
      }
    }
    if (message.recipient() != null && !message.recipient().equals("all")) {
      out.text(" to=" + message.recipient());
    }
    if (message.channel() != null) {
      out.control("<|channel|>").text(message.channel());
    }
    String type = message.contentType();
    if (type != null && type.startsWith(CONSTRAIN)) {
      out.text(" ").control(CONSTRAIN).text(type.substring(CONSTRAIN.length()));
    } else if (type != null) {
      out.text(" " + type);
    }
    out.control("<|message|>");
  }

  private static String text(Content part, Role role, boolean offersFunctions) {
    return switch (part) {
      case Text text -> text.text();
      case SystemContent system -> {
        requireRole(role, Role.SYSTEM, "SystemContent may only appear in system messages");
        yield system(system, offersFunctions);
      }
      case DeveloperContent developer -> {
        requireRole(role, Role.DEVELOPER, "DeveloperContent may only appear in developer messages");
        yield developer(developer);
      }
    };
  }

  private static void requireRole(Role role, Role required, String rule) {
    if (role != required) {
      throw new HarmonyException(rule + ", found in " + role.title());
    }
  }

  private static String system(SystemContent system, boolean offersFunctions) {
    List<String> sections = new ArrayList<>();
    List<String> top = new ArrayList<>();
    addIfSet(top, "", system.modelIdentity());
    addIfSet(top, "Knowledge cutoff: ", system.knowledgeCutoff());
    addIfSet(top, "Current date: ", system.conversationStartDate());
    if (!top.isEmpty()) {
      sections.add(String.join("\n", top));
    }
    if (system.reasoningEffort() != null) {
      sections.add("Reasoning: " + system.reasoningEffort().name().toLowerCase(Locale.ROOT));
    }
    if (system.tools() != null && !system.tools().isEmpty()) {
      sections.add(ToolsSection.of(system.tools().values()));
    }
    Content.ChannelConfig channels = system.channelConfig();
    if (channels != null && !channels.validChannels().isEmpty()) {
      sections.add(
          "# Valid channels: "
              + String.join(", ", channels.validChannels())
              + "."
              + (channels.channelRequired() ? " Channel must be included for every message." : "")
              + (offersFunctions
                  ? "\nCalls to these tools must go to the commentary channel: 'functions'."
                  : ""));
    }
    return String.join("\n\n", sections);
  }

  private static void addIfSet(List<String> lines, String label, @Nullable String value) {
    if (value != null) {
      lines.add(label + value);
    }
  }

  private static String developer(DeveloperContent developer) {
    List<String> sections = new ArrayList<>();
    if (developer.instructions() != null) {
      sections.add("# Instructions");
      sections.add(developer.instructions());
    }
    if (developer.tools() != null && !developer.tools().isEmpty()) {
      sections.add(ToolsSection.of(developer.tools().values()));
    }
    return String.join("\n\n", sections);
  }
}
