package org.harmonykb.harmony;

import java.util.Locale;
import java.util.Optional;

/** Who speaks in a Harmony conversation. */
public enum Role {
  USER("User"),
  ASSISTANT("Assistant"),
  SYSTEM("System"),
  DEVELOPER("Developer"),
  /** A tool; its author carries the tool's name. */
  TOOL("Tool");

  private final String title;
  private final String text;

  Role(String title) {
    this.title = title;
    this.text = title.toLowerCase(Locale.ROOT);
  }

  /** The role as it stands in a header: {@code user}, {@code assistant} and so on. */
  public String text() {
    return text;
  }

  /** The role as the library's error messages name it. */
  String title() {
    return title;
  }

  /** The role with this exact text; case matters. */
  public static Optional<Role> of(String text) {
    for (Role role : values()) {
      if (role.text.equals(text)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
