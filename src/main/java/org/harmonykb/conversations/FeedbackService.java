package org.harmonykb.conversations;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Keeps what readers think of answers, one opinion per answer. */
@Service
public class FeedbackService {

  private static final int LONGEST_REASON = 2000;
  private static final int LONGEST_CORRECTION = 8000;
  private static final int MOST = 1000;
  private static final String COLUMNS =
      "select id, answer_id, assistant, question, searched_for, thumb, reason, document_id,"
          + " correction, curated_id, created_at, updated_at from feedback ";

  private final JdbcClient database;
  private final ConversationService conversations;
  private final Conversations all;
  private final Clock clock;

  FeedbackService(
      JdbcClient database, ConversationService conversations, Conversations all, Clock clock) {
    this.database = database;
    this.conversations = conversations;
    this.all = all;
    this.clock = clock;
  }

  /** What is said of an answer; see {@link Feedback}. */
  public record Opinion(
      Feedback.Thumb thumb,
      @Nullable String reason,
      @Nullable UUID documentId,
      @Nullable String correction) {}

  /**
   * Stores an opinion, in place of an earlier one on the same answer.
   *
   * @param searchedFor the question, self-contained
   * @throws UnknownAnswerException if there is no such answer
   * @throws IllegalArgumentException if a text is too long
   */
  @Transactional
  public Feedback give(UUID answerId, String searchedFor, Opinion opinion) {
    Turn turn = conversations.turn(answerId);
    check("reason", opinion.reason, LONGEST_REASON);
    check("correction", opinion.correction, LONGEST_CORRECTION);
    Timestamp now = Timestamp.from(clock.instant());
    int changed =
        database
            .sql(
                "update feedback set thumb = ?, reason = ?, document_id = ?, correction = ?,"
                    + " updated_at = ? where answer_id = ?")
            .param(opinion.thumb.name())
            .param(opinion.reason)
            .param(opinion.documentId)
            .param(opinion.correction)
            .param(now)
            .param(answerId)
            .update();
    if (changed == 0) {
      String assistant =
          all.findById(turn.conversationId()).map(Conversation::assistant).orElse("default");
      database
          .sql(
              "insert into feedback (id, answer_id, assistant, question, searched_for, thumb,"
                  + " reason, document_id, correction, created_at, updated_at) values (?, ?, ?, ?,"
                  + " ?, ?, ?, ?, ?, ?, ?)")
          .param(UUID.randomUUID())
          .param(answerId)
          .param(assistant)
          .param(turn.question())
          .param(searchedFor)
          .param(opinion.thumb.name())
          .param(opinion.reason)
          .param(opinion.documentId)
          .param(opinion.correction)
          .param(now)
          .param(now)
          .update();
    }
    return ofAnswer(answerId).orElseThrow();
  }

  public Optional<Feedback> ofAnswer(UUID answerId) {
    return database
        .sql(COLUMNS + "where answer_id = ?")
        .param(answerId)
        .query(FeedbackService::feedback)
        .optional();
  }

  /** The thumbs on the answers of a conversation, by answer. */
  public Map<UUID, Feedback.Thumb> thumbs(UUID conversationId) {
    Map<UUID, Feedback.Thumb> thumbs = new HashMap<>();
    database
        .sql(
            "select f.answer_id, f.thumb from feedback f join turn t on t.id = f.answer_id where"
                + " t.conversation_id = ?")
        .param(conversationId)
        .query(
            row -> {
              thumbs.put(row.getObject(1, UUID.class), Feedback.Thumb.valueOf(row.getString(2)));
            });
    return thumbs;
  }

  /**
   * @throws UnknownFeedbackException if there is none
   */
  public Feedback get(UUID id) {
    return database
        .sql(COLUMNS + "where id = ?")
        .param(id)
        .query(FeedbackService::feedback)
        .optional()
        .orElseThrow(() -> new UnknownFeedbackException(id));
  }

  /** The latest first. */
  public List<Feedback> list(Feedback.@Nullable Thumb thumb) {
    return database
        .sql(COLUMNS + "where ? = '' or thumb = ? order by updated_at desc limit " + MOST)
        .param(thumb == null ? "" : thumb.name())
        .param(thumb == null ? "" : thumb.name())
        .query(FeedbackService::feedback)
        .list();
  }

  /** Notes that a curated answer was made of it. */
  @Transactional
  public void curated(UUID id, UUID curatedId) {
    database
        .sql("update feedback set curated_id = ? where id = ?")
        .param(curatedId)
        .param(id)
        .update();
  }

  private static void check(String name, @Nullable String text, int longest) {
    if (text != null && text.length() > longest) {
      throw new IllegalArgumentException(
          name + " has " + text.length() + " characters; at most " + longest + " are kept");
    }
  }

  private static Feedback feedback(ResultSet row, int number) throws SQLException {
    return new Feedback(
        row.getObject(1, UUID.class),
        row.getObject(2, UUID.class),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        Feedback.Thumb.valueOf(row.getString(6)),
        row.getString(7),
        row.getObject(8, UUID.class),
        row.getString(9),
        row.getObject(10, UUID.class),
        row.getTimestamp(11).toInstant(),
        row.getTimestamp(12).toInstant());
  }
}
