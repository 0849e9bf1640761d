package org.harmonykb.retrieval.lucene;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.jspecify.annotations.Nullable;

/**
 * How the vectors of new segments are searched: as they are, or first in fewer bits. The vectors
 * themselves are kept in any case, and similarities are computed from them. Segments that are there
 * already keep their form until they are merged. Measured in docs/retrieval.md.
 */
public enum VectorStorage {
  FLOAT(null),
  EIGHT_BITS(ScalarEncoding.UNSIGNED_BYTE),
  SEVEN_BITS(ScalarEncoding.SEVEN_BIT),
  FOUR_BITS(ScalarEncoding.PACKED_NIBBLE);

  /** Neighbours of a node in the graph, and candidates when it is built. */
  private static final int CONNECTIONS = 16;

  private static final int BEAM_WIDTH = 100;

  private final @Nullable ScalarEncoding encoding;

  VectorStorage(@Nullable ScalarEncoding encoding) {
    this.encoding = encoding;
  }

  boolean isExact() {
    return encoding == null;
  }

  Codec codec() {
    KnnVectorsFormat format =
        encoding == null
            ? new Lucene99HnswVectorsFormat(CONNECTIONS, BEAM_WIDTH)
            : new Lucene104HnswScalarQuantizedVectorsFormat(encoding, CONNECTIONS, BEAM_WIDTH);
    return new Lucene104Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
      }
    };
  }
}
