package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Functions in formats that have no place for them: told in the system prompt, called by a JSON
 * object in a tag, answered in the user's name. This is how Hermes, Qwen and SmolLM2 were trained.
 */
public final class PlainTools {

  /** What begins a call. */
  public static final String TAG = "<tool_call>";

  /** What follows the tag, up to the function's name. */
  public static final String BEFORE_NAME = "\n{\"name\": \"";

  /** What stands between the function's name and its arguments. */
  public static final String BEFORE_ARGUMENTS = "\", \"arguments\": ";

  /** What ends a call. */
  public static final String AFTER_ARGUMENTS = "}\n</tool_call>";

  private PlainTools() {}

  record PlainMessage(String role, String text) {}

  static List<PlainMessage> messages(Conversation conversation) {
    List<PlainMessage> messages = new ArrayList<>();
    String instructions = instructions(conversation);
    if (!instructions.isEmpty()) {
      messages.add(new PlainMessage("system", instructions));
    }
    for (Conversation.Turn turn : conversation.turns()) {
      messages.add(
          switch (turn) {
            case Conversation.Turn.User user -> new PlainMessage("user", user.text());
            case Conversation.Turn.Assistant assistant ->
                new PlainMessage("assistant", assistant.text());
            case Conversation.Turn.Calls calls -> new PlainMessage("assistant", calls(calls));
            case Conversation.Turn.Result result ->
                new PlainMessage(
                    "user", "<tool_response>\n" + result.text() + "\n</tool_response>");
          });
    }
    return messages;
  }

  private static String calls(Conversation.Turn.Calls turn) {
    String calls =
        turn.calls().stream()
            .map(
                call ->
                    TAG
                        + BEFORE_NAME
                        + call.function()
                        + BEFORE_ARGUMENTS
                        + call.arguments()
                        + AFTER_ARGUMENTS)
            .collect(Collectors.joining("\n"));
    return turn.text().isEmpty() ? calls : turn.text() + "\n" + calls;
  }

  private static String instructions(Conversation conversation) {
    if (conversation.tools().isEmpty()) {
      return conversation.instructions();
    }
    String tools =
        conversation.tools().stream().map(PlainTools::tool).collect(Collectors.joining("\n"));
    return (conversation.instructions().isEmpty() ? "" : conversation.instructions() + "\n\n")
        + "You may call these functions:\n<tools>\n"
        + tools
        + "\n</tools>\n"
        + "To call one, write only a JSON object with its name and arguments in this form:\n"
        + TAG
        + BEFORE_NAME
        + "..."
        + BEFORE_ARGUMENTS
        + "{...}"
        + AFTER_ARGUMENTS;
  }

  private static String tool(Content.Tool tool) {
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", tool.name());
    function.put("description", tool.description());
    if (tool.parameters() != null) {
      function.put("parameters", tool.parameters());
    }
    return JsonText.of(function);
  }
}
