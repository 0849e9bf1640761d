package org.harmonykb.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.harmonykb.harmony.Content;
import org.harmonykb.harmony.Conversation.ReasoningEffort;
import org.harmonykb.harmony.Message;
import org.harmonykb.harmony.Role;
import org.jspecify.annotations.Nullable;

/** Harmony messages from and to the JSON that openai/harmony serialises them as. */
final class MessageJson {

  private MessageJson() {}

  /**
   * @throws IllegalArgumentException if the tree is no list of messages
   */
  static List<Message> messages(@Nullable Object tree) {
    List<Message> messages = new ArrayList<>();
    for (Object message : list(tree, "messages")) {
      messages.add(message(message));
    }
    return messages;
  }

  /**
   * @throws IllegalArgumentException if there is no such role
   */
  static Role role(@Nullable Object tree) {
    String text = string(tree, "role");
    return Role.of(text).orElseThrow(() -> new IllegalArgumentException("Unknown role: " + text));
  }

  /** A message as a tree; what is not set is left out. */
  static Map<String, Object> tree(Message message) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("role", message.role().text());
    putIfSet(tree, "name", message.name());
    putIfSet(tree, "recipient", message.recipient());
    StringBuilder text = new StringBuilder();
    for (Content part : message.content()) {
      if (!(part instanceof Content.Text plain)) {
        throw new IllegalArgumentException("parsed messages hold text only");
      }
      text.append(plain.text());
    }
    tree.put("content", text.toString());
    putIfSet(tree, "channel", message.channel());
    putIfSet(tree, "content_type", message.contentType());
    return tree;
  }

  private static void putIfSet(Map<String, Object> tree, String key, @Nullable String value) {
    if (value != null) {
      tree.put(key, value);
    }
  }

  private static Message message(@Nullable Object tree) {
    Map<?, ?> message = map(tree, "message");
    return new Message(
        role(message.get("role")),
        optional(message, "name"),
        optional(message, "recipient"),
        content(message.get("content")),
        optional(message, "channel"),
        optional(message, "content_type"));
  }

  private static List<Content> content(@Nullable Object tree) {
    if (tree instanceof String text) {
      return List.of(new Content.Text(text));
    }
    List<Content> parts = new ArrayList<>();
    for (Object part : list(tree, "content")) {
      parts.add(part(map(part, "content part")));
    }
    return parts;
  }

  private static Content part(Map<?, ?> part) {
    String type = string(part.get("type"), "type");
    return switch (type) {
      case "text" -> new Content.Text(string(part.get("text"), "text"));
      case "system_content" ->
          new Content.SystemContent(
              optional(part, "model_identity"),
              effort(optional(part, "reasoning_effort")),
              namespaces(part.get("tools")),
              optional(part, "conversation_start_date"),
              optional(part, "knowledge_cutoff"),
              channels(part.get("channel_config")));
      case "developer_content" ->
          new Content.DeveloperContent(
              optional(part, "instructions"), namespaces(part.get("tools")));
      default ->
          throw new IllegalArgumentException(
              "unknown variant `"
                  + type
                  + "`, expected one of `text`, `system_content`, `developer_content`");
    };
  }

  private static @Nullable ReasoningEffort effort(@Nullable String name) {
    return switch (name) {
      case null -> null;
      case "Low", "Medium", "High" -> ReasoningEffort.valueOf(name.toUpperCase(Locale.ROOT));
      default ->
          throw new IllegalArgumentException(
              "unknown variant `" + name + "`, expected one of `Low`, `Medium`, `High`");
    };
  }

  private static Content.@Nullable ChannelConfig channels(@Nullable Object tree) {
    if (tree == null) {
      return null;
    }
    Map<?, ?> config = map(tree, "channel_config");
    List<String> names = new ArrayList<>();
    for (Object name : list(config.get("valid_channels"), "valid_channels")) {
      names.add(string(name, "valid_channels"));
    }
    if (!(config.get("channel_required") instanceof Boolean required)) {
      throw new IllegalArgumentException("channel_required must be true or false");
    }
    return new Content.ChannelConfig(names, required);
  }

  private static @Nullable Map<String, Content.ToolNamespace> namespaces(@Nullable Object tree) {
    if (tree == null) {
      return null;
    }
    Map<String, Content.ToolNamespace> namespaces = new LinkedHashMap<>();
    map(tree, "tools")
        .forEach((key, value) -> namespaces.put(string(key, "tools"), namespace(value)));
    return namespaces;
  }

  private static Content.ToolNamespace namespace(@Nullable Object tree) {
    Map<?, ?> namespace = map(tree, "tool namespace");
    List<Content.Tool> tools = new ArrayList<>();
    for (Object member : list(namespace.get("tools"), "tools")) {
      Map<?, ?> tool = map(member, "tool");
      tools.add(
          new Content.Tool(
              string(tool.get("name"), "name"),
              string(tool.get("description"), "description"),
              tool.get("parameters")));
    }
    return new Content.ToolNamespace(
        string(namespace.get("name"), "name"), optional(namespace, "description"), tools);
  }

  static Map<?, ?> map(@Nullable Object tree, String what) {
    if (tree instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(tree, what, "an object");
  }

  static List<?> list(@Nullable Object tree, String what) {
    if (tree instanceof List<?> list) {
      return list;
    }
    throw wrong(tree, what, "a list");
  }

  static String string(@Nullable Object tree, String what) {
    if (tree instanceof String text) {
      return text;
    }
    throw wrong(tree, what, "a string");
  }

  private static @Nullable String optional(Map<?, ?> tree, String key) {
    Object value = tree.get(key);
    return value == null ? null : string(value, key);
  }

  private static IllegalArgumentException wrong(@Nullable Object tree, String what, String kind) {
    return new IllegalArgumentException(
        tree == null ? "missing field `" + what + "`" : "`" + what + "` must be " + kind);
  }
}
