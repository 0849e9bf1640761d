package org.harmonykb.jobs;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface Jobs extends JpaRepository<Job, UUID> {

  @Query(
      """
      select j from Job j
      where (:kind is null or j.kind = :kind) and (:state is null or j.state = :state)
        and (:document is null or j.documentId = :document)
      order by j.createdAt desc
      """)
  List<Job> latest(
      Job.@Nullable Kind kind, Job.@Nullable State state, @Nullable UUID document, Limit limit);

  boolean existsByKindAndStateIn(Job.Kind kind, Collection<Job.State> states);

  boolean existsByKindAndArgumentStartingWithAndStateIn(
      Job.Kind kind, String argument, Collection<Job.State> states);

  List<Job> findByStateIn(Collection<Job.State> states);

  List<Job> findFirstByKindAndArgumentStartingWithOrderByCreatedAtDesc(
      Job.Kind kind, String argument);

  long countByKindAndState(Job.Kind kind, Job.State state);
}
