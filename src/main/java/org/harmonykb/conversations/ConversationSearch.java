package org.harmonykb.conversations;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Finds conversations by their titles, questions and answers. */
@Service
public class ConversationSearch {

  private static final int BEFORE = 20;
  private static final int EXCERPT = 90;

  private final JdbcClient database;
  private final TurnDocuments documents;

  ConversationSearch(JdbcClient database, TurnDocuments documents) {
    this.database = database;
    this.documents = documents;
  }

  /**
   * @param excerpt the place in a question or an answer, or null if the title fits
   */
  public record Found(Conversation conversation, @Nullable String excerpt) {}

  /**
   * Those of some conversations that hold a text, in their order; case does not count.
   *
   * @param isReadable whether the reader may read a document; answers that were made from others
   *     are not searched
   */
  public List<Found> find(List<Conversation> among, String text, Predicate<UUID> isReadable) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    Map<UUID, String> excerpts = excerpts(among, wanted, isReadable);
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

  private record Match(UUID turn, UUID conversation, String question, String answer) {}

  private Map<UUID, String> excerpts(
      List<Conversation> among, String wanted, Predicate<UUID> isReadable) {
    Set<UUID> ids = among.stream().map(Conversation::id).collect(Collectors.toSet());
    String pattern = "%" + wanted.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
    List<Match> matches =
        database
            .sql(
                """
                select id, conversation_id, question, answer from turn
                where lower(question) like ? escape '!' or lower(answer) like ? escape '!'
                """)
            .params(pattern, pattern)
            .query(
                (row, number) ->
                    new Match(
                        row.getObject("id", UUID.class),
                        row.getObject("conversation_id", UUID.class),
                        row.getString("question"),
                        row.getString("answer")))
            .list();
    Map<UUID, String> excerpts = new HashMap<>();
    Map<UUID, Map<UUID, Set<UUID>>> sources = new HashMap<>();
    for (Match match : matches) {
      if (ids.contains(match.conversation) && !excerpts.containsKey(match.conversation)) {
        boolean isAsked = match.question.toLowerCase(Locale.ROOT).contains(wanted);
        if (isAsked
            || sources
                .computeIfAbsent(match.conversation, documents::byTurn)
                .getOrDefault(match.turn, Set.of())
                .stream()
                .allMatch(isReadable)) {
          excerpts.put(
              match.conversation, excerpt(isAsked ? match.question : match.answer, wanted));
        }
      }
    }
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
