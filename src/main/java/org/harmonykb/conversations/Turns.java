package org.harmonykb.conversations;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface Turns extends JpaRepository<Turn, UUID> {

  List<Turn> findByConversationIdOrderByOrdinal(UUID conversationId);

  /** Whom the conversation of a turn belongs to. */
  @Query(
      "select c.owner from Turn t join Conversation c on c.id = t.conversationId where t.id = ?1")
  Optional<String> findOwner(UUID turn);

  int countByConversationId(UUID conversationId);

  void deleteByConversationId(UUID conversationId);

  void deleteByConversationIdAndOrdinalGreaterThanEqual(UUID conversationId, int ordinal);
}
