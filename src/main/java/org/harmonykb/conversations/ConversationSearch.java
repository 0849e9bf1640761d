package org.harmonykb.conversations;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Finds conversations by their titles, questions and answers. */
@Service
public class ConversationSearch {

  private static final int BEFORE = 20;
  private static final int EXCERPT = 90;

  private final JdbcClient database;

  ConversationSearch(JdbcClient database) {
    this.database = database;
  }

  /**
   * @param excerpt the place in a question or an answer, or null if the title fits
   */
  public record Found(Conversation conversation, @Nullable String excerpt) {}

  /** Those of some conversations that hold a text, in their order; case does not count. */
  public List<Found> find(List<Conversation> among, String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    Map<UUID, String> excerpts = excerpts(wanted);
    List<Found> found = new ArrayList<>();
    for (Conversation conversation : among) {
      if (conversation.title().toLowerCase(Locale.ROOT).contains(wanted)) {
        found.add(new Found(conversation, null));
      } else if (excerpts.containsKey(conversation.id())) {
        found.add(new Found(conversation, excerpts.get(conversation.id())));
      }
    }
    return found;
  }

  private Map<UUID, String> excerpts(String wanted) {
    String pattern = "%" + wanted.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
    Map<UUID, String> excerpts = new HashMap<>();
    database
        .sql(
            """
            select conversation_id, question, answer from turn
            where lower(question) like ? escape '!' or lower(answer) like ? escape '!'
            """)
        .params(pattern, pattern)
        .query(
            row -> {
              UUID id = row.getObject("conversation_id", UUID.class);
              if (!excerpts.containsKey(id)) {
                String question = row.getString("question");
                boolean isAsked = question.toLowerCase(Locale.ROOT).contains(wanted);
                excerpts.put(id, excerpt(isAsked ? question : row.getString("answer"), wanted));
              }
            });
    return excerpts;
  }

  private static String excerpt(String text, String wanted) {
    String line = text.replaceAll("\\s+", " ").strip();
    int at = line.toLowerCase(Locale.ROOT).indexOf(wanted);
    int from = Math.max(0, at - BEFORE);
    int to = Math.min(line.length(), from + EXCERPT);
    return (from > 0 ? "…" : "") + line.substring(from, to) + (to < line.length() ? "…" : "");
  }
}
