package org.harmonykb.ingestion;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The passages of all revisions and their vectors. What was embedded once is found by its hash,
 * whichever document it is in. Takes part in the caller's transaction; changes of more than vectors
 * need one.
 */
@Component
class PassageStore {

  private static final int BATCH = 500;

  private final JdbcTemplate jdbc;
  private final JdbcClient client;

  PassageStore(JdbcTemplate jdbc, JdbcClient client) {
    this.jdbc = jdbc;
    this.client = client;
  }

  /** Replaces a revision's passages. */
  public void replace(UUID document, int revision, List<StoredPassage> passages) {
    jdbc.update("delete from passage where document_id = ? and revision = ?", document, revision);
    jdbc.batchUpdate(
        """
        insert into passage
          (document_id, revision, ordinal, section, page, language, content, hash, vector)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        passages,
        BATCH,
        (row, passage) -> {
          row.setObject(1, document);
          row.setInt(2, revision);
          set(row, 3, passage);
        });
  }

  /** Keeps passages for when an index generation becomes the live one. */
  public void stage(int generation, UUID document, int revision, List<StoredPassage> passages) {
    jdbc.batchUpdate(
        """
        insert into staged_passage (generation, document_id, revision,
          ordinal, section, page, language, content, hash, vector)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        passages,
        BATCH,
        (row, passage) -> {
          row.setInt(1, generation);
          row.setObject(2, document);
          row.setInt(3, revision);
          set(row, 4, passage);
        });
  }

  private static void set(PreparedStatement row, int first, StoredPassage passage)
      throws SQLException {
    row.setInt(first, passage.ordinal());
    row.setString(first + 1, passage.section());
    row.setObject(first + 2, passage.page(), Types.INTEGER);
    row.setString(first + 3, passage.language());
    row.setString(first + 4, passage.text());
    row.setString(first + 5, passage.hash());
    row.setBytes(first + 6, bytes(passage.vector()));
  }

  /** A revision's passages in order. */
  List<StoredPassage> of(UUID document, int revision) {
    return client
        .sql("select * from passage where document_id = ? and revision = ? order by ordinal")
        .params(document, revision)
        .query(PassageStore::map)
        .list();
  }

  /** Passages of a revision that wait for their vectors. */
  List<StoredPassage> withoutVector(UUID document, int revision, int most) {
    return client
        .sql(
            """
            select * from passage
            where document_id = ? and revision = ? and vector is null
            order by ordinal limit ?
            """)
        .params(document, revision, most)
        .query(PassageStore::map)
        .list();
  }

  public void setVectors(UUID document, int revision, List<StoredPassage> passages) {
    jdbc.batchUpdate(
        """
        update passage set vector = ?
        where document_id = ? and revision = ? and ordinal = ? and hash = ?
        """,
        passages,
        BATCH,
        (row, passage) -> {
          row.setBytes(1, bytes(passage.vector()));
          row.setObject(2, document);
          row.setInt(3, revision);
          row.setInt(4, passage.ordinal());
          row.setString(5, passage.hash());
        });
  }

  /** The same passages, with the vectors that are known already. */
  List<StoredPassage> withKnownVectors(List<StoredPassage> passages) {
    Map<String, float[]> known = new HashMap<>();
    List<String> hashes = passages.stream().map(StoredPassage::hash).distinct().toList();
    for (int from = 0; from < hashes.size(); from += BATCH) {
      client
          .sql("select hash, vector from passage where hash in (:hashes) and vector is not null")
          .param("hashes", hashes.subList(from, Math.min(hashes.size(), from + BATCH)))
          .query(
              row -> {
                float[] vector = vector(row.getBytes("vector"));
                if (vector != null) {
                  known.put(row.getString("hash"), vector);
                }
              });
    }
    List<StoredPassage> completed = new ArrayList<>();
    for (StoredPassage passage : passages) {
      float[] vector = passage.vector() == null ? known.get(passage.hash()) : passage.vector();
      completed.add(passage.withVector(vector));
    }
    return completed;
  }

  /** How many passages of current revisions there are, and how many of them have a vector. */
  Counts counts() {
    return client
        .sql(
            """
            select count(*) as passages, count(p.vector) as embedded
            from passage p join document d on d.id = p.document_id and d.revision = p.revision
            """)
        .query((row, number) -> new Counts(row.getLong("passages"), row.getLong("embedded")))
        .single();
  }

  record Counts(long passages, long embedded) {}

  /** Numbers of the generations that passages are kept for. */
  List<Integer> stagedGenerations() {
    return client.sql("select distinct generation from staged_passage").query(Integer.class).list();
  }

  void dropStaged(int generation) {
    client.sql("delete from staged_passage where generation = ?").param(generation).update();
  }

  /** Makes staged passages the current ones and keeps those in case of a rollback. */
  public void swapStaged(int nowLive, int before) {
    String columns =
        "document_id, revision, ordinal, section, page, language, content, hash, vector";
    String replaced =
        " from passage p where exists (select 1 from staged_passage s where s.generation = :live"
            + " and s.document_id = p.document_id and s.revision = p.revision)";
    client
        .sql(
            "insert into staged_passage (generation, "
                + columns
                + ") select cast(:before as int), "
                + columns
                + replaced)
        .param("before", before)
        .param("live", nowLive)
        .update();
    client.sql("delete" + replaced).param("live", nowLive).update();
    client
        .sql(
            "insert into passage ("
                + columns
                + ") select "
                + columns
                + " from staged_passage where generation = :live")
        .param("live", nowLive)
        .update();
    client
        .sql(
            """
            update document_revision r
            set passages = (select count(*) from passage p
              where p.document_id = r.document_id and p.revision = r.revision)
            where exists (select 1 from staged_passage s where s.generation = :live
              and s.document_id = r.document_id and s.revision = r.revision)
            """)
        .param("live", nowLive)
        .update();
    dropStaged(nowLive);
  }

  private static StoredPassage map(ResultSet row, int number) throws SQLException {
    return new StoredPassage(
        row.getInt("ordinal"),
        row.getString("section"),
        row.getObject("page", Integer.class),
        row.getString("language"),
        row.getString("content"),
        row.getString("hash"),
        vector(row.getBytes("vector")));
  }

  private static byte @Nullable [] bytes(float @Nullable [] vector) {
    if (vector == null) {
      return null;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }

  private static float @Nullable [] vector(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    float[] vector = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }
}
