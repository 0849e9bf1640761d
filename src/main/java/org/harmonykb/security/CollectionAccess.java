package org.harmonykb.security;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Which groups may read a collection. One without groups is open to everybody. */
@Service
public class CollectionAccess {

  private final JdbcClient jdbc;

  CollectionAccess(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The groups of every collection that is not open to everybody. */
  public Map<String, Set<String>> all() {
    Map<String, Set<String>> all = new TreeMap<>();
    jdbc.sql("select collection, group_name from collection_access")
        .query(
            row -> {
              all.computeIfAbsent(row.getString(1), name -> new TreeSet<>()).add(row.getString(2));
            });
    return all;
  }

  /** Collections that somebody of these groups may not read. */
  Set<String> hiddenFrom(Set<String> groups) {
    Set<String> hidden = new HashSet<>();
    all()
        .forEach(
            (collection, readers) -> {
              if (readers.stream().noneMatch(groups::contains)) {
                hidden.add(collection);
                hidden.add("curated-" + collection); // answers that people wrote from it
              }
            });
    return hidden;
  }

  /**
   * @param groups empty opens the collection to everybody
   */
  @Transactional
  public void allow(String collection, Set<String> groups) {
    jdbc.sql("delete from collection_access where collection = ?").param(collection).update();
    for (String group : groups) {
      jdbc.sql("insert into collection_access (collection, group_name) values (?, ?)")
          .params(collection, group)
          .update();
    }
  }
}
