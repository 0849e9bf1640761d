package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.kernel.Activations;
import org.harmonykb.engine.kernel.Compute;
import org.harmonykb.engine.kernel.KvLayout;
import org.harmonykb.engine.kvcache.KvCache;
import org.harmonykb.engine.kvcache.KvSequence;
import org.harmonykb.engine.model.Architectures;
import org.harmonykb.engine.model.Batch;
import org.harmonykb.engine.model.LoraChoice;
import org.harmonykb.engine.model.ModelConfig;
import org.harmonykb.engine.model.Transformer;
import org.junit.jupiter.api.Test;

/** An answer that is read again is in the cache as a prompt that was read at once would be. */
class AnswerReaderTest {

  private static final int PROMPT = 90;

  private final int[] tokens = new Random(5).ints(170, 0, 1000).toArray();

  @Test
  void answerIsCachedAsAPromptIs() {
    try (ModelFile file =
            ModelFile.open(Fixtures.shared("fixtures/engine/tiny-gpt-oss-MXFP4_MOE.gguf"));
        Compute compute = new Compute(1, Activations.INT12)) {
      Transformer transformer = Architectures.build(file, compute, KvLayout.F32);
      ModelConfig config = transformer.config();
      KvCache.Shape shape =
          new KvCache.Shape(
              config.blockCount(), config.headCountKv(), config.keyLength(), KvLayout.F32);
      try (KvCache cache = new KvCache(shape, 1L << 30);
          KvCache fresh = new KvCache(shape, 1L << 30)) {
        // As a request does: the prompt is read, then the answer is generated and forgotten.
        KvSequence sequence = cache.acquire(tokens);
        read(transformer, sequence, PROMPT);
        Batch batch = new Batch();
        for (int i = PROMPT; i < tokens.length - 1; i++) {
          batch.clear();
          batch.addGenerated(sequence, tokens[i], false, LoraChoice.NONE);
          transformer.forward(batch, new float[0]);
        }
        sequence.truncate(PROMPT);
        cache.release(sequence);

        AnswerReader reader = new AnswerReader(cache, transformer);
        reader.add(tokens);
        int slices = 0;
        for (; reader.hasWork(); slices++) {
          reader.readSlice();
        }
        assertThat(slices).isEqualTo(5);

        KvSequence followUp = cache.acquire(tokens);
        assertThat(followUp.length()).isEqualTo(tokens.length - 1);
        KvSequence cold = fresh.acquire(tokens);
        read(transformer, cold, tokens.length - 1);
        assertThat(nextLogits(transformer, followUp)).isEqualTo(nextLogits(transformer, cold));
      }
    }
  }

  private void read(Transformer transformer, KvSequence sequence, int to) {
    Batch batch = new Batch();
    while (sequence.length() < to) {
      batch.add(sequence, tokens[sequence.length()], false);
    }
    transformer.forward(batch, new float[0]);
  }

  private float[] nextLogits(Transformer transformer, KvSequence sequence) {
    Batch batch = new Batch();
    batch.add(sequence, tokens[tokens.length - 1], true);
    float[] logits = new float[transformer.vocabularySize()];
    transformer.forward(batch, logits);
    return logits;
  }
}
