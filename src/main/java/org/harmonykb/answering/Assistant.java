package org.harmonykb.answering;

import java.util.List;
import java.util.Map;

/**
 * A domain's way of answering. Texts come by language, {@code en} and {@code zh}.
 *
 * @param collections what it searches; empty means everything
 * @param instructions role, input and output for the model
 * @param contact whom to ask when the documents do not tell
 */
public record Assistant(
    String id,
    List<String> collections,
    Map<String, String> title,
    Map<String, String> instructions,
    Map<String, String> contact,
    Map<String, List<String>> examples) {

  String instructions(String language) {
    return instructions.getOrDefault(language, instructions.getOrDefault("en", "")).strip();
  }

  String contact(String language) {
    return contact.getOrDefault(language, contact.getOrDefault("en", ""));
  }
}
