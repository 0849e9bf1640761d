package org.harmonykb.harmony;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.jspecify.annotations.Nullable;

/** A part of a message. Immutable. */
public sealed interface Content {

  /** Text that is written as it is. */
  record Text(String text) implements Content {}

  /**
   * The system message's content. Absent parts (null) leave no trace; an empty string counts as
   * present.
   *
   * @param tools built-in tools by key; see {@link ToolNamespace}
   * @param conversationStartDate free text such as {@code 2026-11-23}
   * @param knowledgeCutoff free text such as {@code 2024-06}
   */
  record SystemContent(
      @Nullable String modelIdentity,
      @Nullable ReasoningEffort reasoningEffort,
      @Nullable Map<String, ToolNamespace> tools,
      @Nullable String conversationStartDate,
      @Nullable String knowledgeCutoff,
      @Nullable ChannelConfig channelConfig)
      implements Content {

    /** What gpt-oss was trained with. */
    public static final SystemContent DEFAULT =
        new SystemContent(
            "You are ChatGPT, a large language model trained by OpenAI.",
            ReasoningEffort.MEDIUM,
            null,
            null,
            "2024-06",
            new ChannelConfig(List.of(Message.ANALYSIS, Message.COMMENTARY, Message.FINAL), true));

    public SystemContent {
      tools = tools == null ? null : ToolNamespace.sorted(tools);
    }

    public SystemContent withReasoningEffort(@Nullable ReasoningEffort effort) {
      return new SystemContent(
          modelIdentity, effort, tools, conversationStartDate, knowledgeCutoff, channelConfig);
    }

    public SystemContent withConversationStartDate(@Nullable String date) {
      return new SystemContent(
          modelIdentity, reasoningEffort, tools, date, knowledgeCutoff, channelConfig);
    }
  }

  /**
   * The developer message's content.
   *
   * @param instructions what other APIs call the system prompt; "" still writes its heading
   * @param tools function tools by key, usually {@code functions} alone
   */
  record DeveloperContent(@Nullable String instructions, @Nullable Map<String, ToolNamespace> tools)
      implements Content {

    public DeveloperContent {
      tools = tools == null ? null : ToolNamespace.sorted(tools);
    }

    /** Whether a function is offered, which the system message then mentions. */
    boolean offersFunctions() {
      ToolNamespace functions = tools == null ? null : tools.get("functions");
      return functions != null && !functions.tools().isEmpty();
    }
  }

  /** The channels that the system message allows. */
  record ChannelConfig(List<String> validChannels, boolean channelRequired) {

    public ChannelConfig {
      validChannels = List.copyOf(validChannels);
    }
  }

  /**
   * Tools under a common name.
   *
   * @param name as rendered; the key in the map only orders namespaces
   */
  record ToolNamespace(String name, @Nullable String description, List<Tool> tools) {

    public ToolNamespace {
      tools = List.copyOf(tools);
    }

    /** In the order of the keys' code points, as the library's map keeps them. */
    private static SequencedMap<String, ToolNamespace> sorted(Map<String, ToolNamespace> tools) {
      TreeMap<String, ToolNamespace> sorted = new TreeMap<>(ToolNamespace::compareCodePoints);
      sorted.putAll(tools);
      return Collections.unmodifiableSequencedMap(sorted);
    }

    private static int compareCodePoints(String a, String b) {
      return Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
    }
  }

  /**
   * A function.
   *
   * @param parameters its JSON Schema as plain Java values: {@code Map} (ordered as in the JSON
   *     text), {@code List}, {@code String}, {@code Boolean}, {@code Long}, {@code BigInteger},
   *     {@code Double} and null; null: no parameters
   */
  record Tool(String name, String description, @Nullable Object parameters) {}
}
