package org.harmonykb.conversations;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Keeps conversations and their turns. */
@Service
public class ConversationService {

  private static final int TITLE_LENGTH = 80;
  private static final int LONGEST_SETTINGS = 8000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Conversations conversations;
  private final Turns turns;
  private final TurnDocuments turnDocuments;
  private final JdbcClient database;
  private final Clock clock;

  ConversationService(
      Conversations conversations,
      Turns turns,
      TurnDocuments turnDocuments,
      JdbcClient database,
      Clock clock) {
    this.turnDocuments = turnDocuments;
    this.conversations = conversations;
    this.turns = turns;
    this.database = database;
    this.clock = clock;
  }

  /** Those of one user. */
  public List<Conversation> latest(String owner) {
    return conversations.findTop500ByOwnerOrderByUpdatedAtDesc(owner);
  }

  /** Whether a turn, which is an answer, is of a conversation of this user. */
  public boolean isAnswerOf(UUID turn, String owner) {
    return turns.findOwner(turn).filter(owner::equals).isPresent();
  }

  public boolean belongsTo(UUID id, String owner) {
    return conversations.existsByIdAndOwner(id, owner);
  }

  /**
   * @throws UnknownConversationException if there is none of this user
   */
  public Conversation get(UUID id, String owner) {
    return conversations
        .findById(id)
        .filter(conversation -> conversation.owner().equals(owner))
        .orElseThrow(() -> new UnknownConversationException(id));
  }

  public Conversation get(UUID id) {
    return conversations.findById(id).orElseThrow(() -> new UnknownConversationException(id));
  }

  public List<Turn> turns(UUID id) {
    return turns.findByConversationIdOrderByOrdinal(id);
  }

  /** The documents whose passages were in the prompts of a conversation. */
  public Set<UUID> documents(UUID id) {
    return turnDocuments.of(id);
  }

  /** The same for each turn by its id; turns without any are left out. */
  public Map<UUID, Set<UUID>> documentsByTurn(UUID id) {
    return turnDocuments.byTurn(id);
  }

  /**
   * The turn with an answer.
   *
   * @throws UnknownAnswerException if there is none
   */
  public Turn turn(UUID answerId) {
    return turns.findById(answerId).orElseThrow(() -> new UnknownAnswerException(answerId));
  }

  public Optional<Turn> findTurn(UUID answerId) {
    return turns.findById(answerId);
  }

  /**
   * Adds a turn; the first one begins the conversation.
   *
   * @param trail what the answer was made from, for {@link #trail}
   * @param documents those whose passages were in the prompt
   * @throws UnknownConversationException if the conversation is another user's
   */
  @Transactional
  public void add(
      UUID answerId,
      UUID id,
      String owner,
      String assistant,
      String question,
      String prompt,
      String answer,
      String result,
      String trail,
      Set<UUID> documents) {
    Conversation conversation =
        conversations
            .findById(id)
            .orElseGet(
                () -> new Conversation(id, owner, title(question), assistant, clock.instant()));
    if (!conversation.owner().equals(owner)) {
      throw new UnknownConversationException(id);
    }
    conversation.touch(clock.instant());
    conversations.saveAndFlush(conversation);
    turns.saveAndFlush(
        new Turn(
            answerId,
            id,
            turns.countByConversationId(id),
            question,
            prompt,
            answer,
            result,
            clock.instant()));
    database
        .sql("insert into answer_trail (answer_id, trail) values (?, ?)")
        .params(answerId, trail)
        .update();
    turnDocuments.add(answerId, documents);
  }

  /**
   * What an answer was made from, as it was stored with it; gone with a document that it was made
   * from.
   */
  public Optional<String> trail(UUID answerId) {
    return database
        .sql("select trail from answer_trail where answer_id = ?")
        .param(answerId)
        .query(String.class)
        .optional();
  }

  @Transactional
  public Conversation rename(UUID id, String title) {
    Conversation conversation = get(id);
    conversation.rename(title(title), clock.instant());
    return conversation;
  }

  /** Keeps a conversation at the top of the list, or no longer. */
  @Transactional
  public Conversation pin(UUID id, boolean pinned) {
    Conversation conversation = get(id);
    conversation.pin(pinned);
    return conversation;
  }

  /**
   * Changes how a conversation is answered.
   *
   * @param assistant null leaves it
   * @param settings as JSON; null leaves them
   */
  @Transactional
  public Conversation configure(UUID id, @Nullable String assistant, @Nullable String settings) {
    if (settings != null && settings.length() > LONGEST_SETTINGS) {
      throw new IllegalArgumentException(
          "settings may have " + LONGEST_SETTINGS + " characters as JSON");
    }
    Conversation conversation = get(id);
    conversation.configure(assistant, settings);
    return conversation;
  }

  /** Lets whoever knows the token read a conversation; the same token until it is taken back. */
  @Transactional
  public String share(UUID id) {
    Conversation conversation = get(id);
    String token = conversation.shareToken();
    if (token == null) {
      byte[] secret = new byte[18];
      RANDOM.nextBytes(secret);
      token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
      conversation.shareBy(token);
    }
    return token;
  }

  @Transactional
  public void unshare(UUID id) {
    get(id).shareBy(null);
  }

  /**
   * @throws UnknownConversationException if none is shared by this token
   */
  public Conversation shared(String token) {
    return conversations
        .findByShareToken(token)
        .orElseThrow(
            () -> new UnknownConversationException("No conversation is shared by this link"));
  }

  /** Removes a turn and all after it, to make room for another answer. */
  @Transactional
  public void cutFrom(UUID id, int ordinal) {
    turns.deleteByConversationIdAndOrdinalGreaterThanEqual(id, ordinal);
    turns.flush();
  }

  /** Removes a turn that should not have been stored; its conversation too, if it began it. */
  @Transactional
  public void withdraw(Turn turn) {
    if (turn.ordinal() == 0) {
      delete(turn.conversationId());
    } else {
      cutFrom(turn.conversationId(), turn.ordinal());
    }
  }

  @Transactional
  public void delete(UUID id) {
    turns.deleteByConversationId(id);
    conversations.delete(get(id));
  }

  /** Removes all conversations of a user. */
  @Transactional
  public void deleteOf(String owner) {
    conversations.findByOwner(owner).forEach(conversation -> delete(conversation.id()));
  }

  private static String title(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= TITLE_LENGTH ? line : line.substring(0, TITLE_LENGTH - 1) + "…";
  }
}
