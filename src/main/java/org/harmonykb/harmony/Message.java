package org.harmonykb.harmony;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a Harmony conversation, as openai/harmony models it. Immutable.
 *
 * @param role who speaks
 * @param name the tool's name for {@link Role#TOOL}; for others an optional name such as {@code
 *     alice}
 * @param recipient whom it is for, such as {@code functions.search}; null: everybody
 * @param content parts in order; each is encoded by itself
 * @param channel {@code analysis}, {@code commentary}, {@code final} or any other word; may be null
 * @param contentType such as {@code <|constrain|>json}; that marker at its start is a control token
 */
public record Message(
    Role role,
    @Nullable String name,
    @Nullable String recipient,
    List<Content> content,
    @Nullable String channel,
    @Nullable String contentType) {

  public static final String ANALYSIS = "analysis";
  public static final String COMMENTARY = "commentary";
  public static final String FINAL = "final";

  public Message {
    content = List.copyOf(content);
  }

  /** A message with one part and nothing but a role in its header. */
  public static Message of(Role role, Content content) {
    return new Message(role, null, null, List.of(content), null, null);
  }

  /** A plain text message. */
  public static Message of(Role role, String text) {
    return of(role, new Content.Text(text));
  }

  public Message withChannel(@Nullable String channel) {
    return new Message(role, name, recipient, content, channel, contentType);
  }

  public Message withName(@Nullable String name) {
    return new Message(role, name, recipient, content, channel, contentType);
  }

  public Message withRecipient(@Nullable String recipient) {
    return new Message(role, name, recipient, content, channel, contentType);
  }

  public Message withContentType(@Nullable String contentType) {
    return new Message(role, name, recipient, content, channel, contentType);
  }

  boolean isOn(String channel) {
    return channel.equals(this.channel);
  }

  boolean isAssistantFinal() {
    return role == Role.ASSISTANT && isOn(FINAL);
  }
}
