package org.harmonykb.conversations;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface Turns extends JpaRepository<Turn, UUID> {

  List<Turn> findByConversationIdOrderByOrdinal(UUID conversationId);

  int countByConversationId(UUID conversationId);

  void deleteByConversationId(UUID conversationId);

  void deleteByConversationIdAndOrdinalGreaterThanEqual(UUID conversationId, int ordinal);
}
