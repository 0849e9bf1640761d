package org.harmonykb.harmony;

import java.util.List;
import java.util.stream.IntStream;

/** Which thoughts of earlier turns a prompt still carries. */
public enum AnalysisHistory {
  /** All of them: what the library does without a configuration. */
  KEEP,

  /**
   * What the library does by default: if the last assistant message is final, analysis before the
   * conversation's first final message (of any role) is left out; otherwise nothing is. Thoughts of
   * the second and later turns therefore stay.
   */
  LIBRARY,

  /**
   * What the format's documentation asks for, and the service's rule: analysis of finished turns is
   * left out, that of the running turn stays.
   */
  BEFORE_LAST_FINAL;

  List<Message> select(List<Message> messages) {
    int before =
        switch (this) {
          case KEEP -> 0;
          case LIBRARY -> lastAssistantIsFinal(messages) ? firstFinal(messages) : 0;
          case BEFORE_LAST_FINAL -> lastAssistantFinal(messages);
        };
    return IntStream.range(0, messages.size())
        .filter(i -> i >= before || !messages.get(i).isOn(Message.ANALYSIS))
        .mapToObj(messages::get)
        .toList();
  }

  private static boolean lastAssistantIsFinal(List<Message> messages) {
    for (Message message : messages.reversed()) {
      if (message.role() == Role.ASSISTANT) {
        return message.isOn(Message.FINAL);
      }
    }
    return false;
  }

  private static int firstFinal(List<Message> messages) {
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).isOn(Message.FINAL)) {
        return i;
      }
    }
    return 0;
  }

  private static int lastAssistantFinal(List<Message> messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).isAssistantFinal()) {
        return i;
      }
    }
    return 0;
  }
}
