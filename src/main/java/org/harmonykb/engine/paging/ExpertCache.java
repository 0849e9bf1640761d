package org.harmonykb.engine.paging;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.format.FileRegion;
import org.harmonykb.engine.format.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Experts of all layers in a bounded number of slots. While some experts of a layer are computed,
 * the others are read; {@link ExpertUse} says which ones make room. Owned by the thread that
 * computes, except for the counters.
 */
final class ExpertCache implements AutoCloseable {

  /** Experts being read at once: enough to keep a disk busy. */
  private static final int MAX_LOADS = 4;

  /** Experts handed out at once in a long pass, which bounds the activations beside them. */
  private static final int LONG_WAVE = 4;

  private static final int LONG_PASS = 64;

  /** Where an expert's three matrices lie, and what they are. */
  private record Source(Tensor[] tensors, FileRegion[] regions) {}

  private final WeightReader reader;
  private final long slotBytes;
  private final int perLayer;
  private final Source[] sources;
  private final @Nullable ExpertSlot[] slotOf; // by expert
  private final List<ExpertSlot> slots = new ArrayList<>();
  private final BlockingQueue<ExpertSlot.Load> finished = new LinkedBlockingQueue<>();
  private final ExpertUse use;
  private int limit;
  private int loads; // under way, guesses included
  private int guesses; // of them, those that may not be needed

  // The pass of a layer
  private int layer;
  private int tokens;
  private final Deque<ExpertSlot> ready = new ArrayDeque<>();
  private final Deque<Integer> missing = new ArrayDeque<>();
  private final List<ExpertSlot> awaited = new ArrayList<>();
  private final List<ExpertSlot> handedOut = new ArrayList<>();

  private volatile long hits;
  private volatile long misses;
  private volatile int slotLimit;

  ExpertCache(
      WeightReader reader, int layers, int perLayer, int used, long slotBytes, int slotCount) {
    this.reader = reader;
    this.slotBytes = slotBytes;
    this.perLayer = perLayer;
    this.limit = slotCount;
    this.slotLimit = slotCount;
    this.sources = new Source[layers * perLayer];
    this.slotOf = new ExpertSlot[layers * perLayer];
    this.use = new ExpertUse(layers, perLayer, used);
  }

  long hits() {
    return hits;
  }

  long misses() {
    return misses;
  }

  int slots() {
    return slotLimit;
  }

  /** Says where a layer's experts lie. */
  void add(int ofLayer, Tensor[] stacked, FileRegion[] regions) {
    for (int e = 0; e < perLayer; e++) {
      Tensor[] tensors = new Tensor[ExpertSlot.PARTS];
      FileRegion[] parts = new FileRegion[ExpertSlot.PARTS];
      for (int p = 0; p < ExpertSlot.PARTS; p++) {
        tensors[p] = stacked[p].matrix(e);
        long bytes = tensors[p].data().byteSize();
        parts[p] = regions[p].slice(e * bytes, bytes);
      }
      sources[ofLayer * perLayer + e] = new Source(tensors, parts);
    }
  }

  // A pass

  void begin(int ofLayer, int[] choices, int count) {
    giveBack();
    ready.forEach(slot -> slot.isInUse = false);
    awaited.forEach(slot -> slot.isInUse = false);
    ready.clear();
    missing.clear();
    awaited.clear();
    layer = ofLayer;
    tokens = count;
    use.record(layer, choices, count);
    settleFinished();
    for (int e = 0; e < perLayer; e++) {
      int expert = layer * perLayer + e;
      ExpertSlot slot = slotOf[expert];
      if (choices[e] == 0) {
        dropGuess(slot);
      } else if (slot == null || (slot.load != null && isStillGuess(slot))) {
        misses++;
        missing.add(expert);
      } else if (slot.load != null) {
        misses++;
        slot.isInUse = true;
        awaited.add(slot);
      } else {
        hits++;
        slot.isInUse = true;
        ready.add(slot);
      }
    }
    startLoads();
  }

  List<LayerExperts.Expert> next() {
    giveBack();
    settleFinished();
    startLoads();
    while (ready.isEmpty() && !(awaited.isEmpty() && missing.isEmpty())) {
      if (loads == 0) {
        throw new IllegalStateException("no slot is free for an expert of layer " + layer);
      }
      awaitOne();
      startLoads();
    }
    List<LayerExperts.Expert> wave = new ArrayList<>();
    int most = tokens >= LONG_PASS ? LONG_WAVE : perLayer;
    while (wave.size() < most && !ready.isEmpty()) {
      ExpertSlot slot = ready.removeFirst();
      handedOut.add(slot);
      wave.add(tensors(slot));
    }
    return wave;
  }

  /** Reads ahead what a layer is likely to need; gives way to everything that is sure. */
  void expect(int ofLayer, int[] experts) {
    for (int e : experts) {
      int expert = ofLayer * perLayer + e;
      if (slotOf[expert] == null && guesses < MAX_LOADS) {
        ExpertSlot slot = takeSlot(use.distanceOfGuess());
        if (slot == null) {
          return;
        }
        load(slot, expert, false);
      }
    }
  }

  private void giveBack() {
    for (ExpertSlot slot : handedOut) {
      slot.isInUse = false;
    }
    handedOut.clear();
  }

  private static LayerExperts.Expert tensors(ExpertSlot slot) {
    LayerExperts.Expert expert = slot.tensors;
    if (expert == null) {
      throw new IllegalStateException("an empty slot was handed out");
    }
    return expert;
  }

  // Loads

  private void startLoads() {
    while (loads - guesses < MAX_LOADS && !missing.isEmpty()) {
      ExpertSlot slot = takeSlot(Double.POSITIVE_INFINITY);
      if (slot == null) {
        return;
      }
      slot.isInUse = true;
      awaited.add(slot);
      load(slot, missing.removeFirst(), true);
    }
  }

  private void load(ExpertSlot slot, int expert, boolean isUrgent) {
    Source source = sources[expert];
    Tensor[] placed = new Tensor[ExpertSlot.PARTS];
    ExpertSlot.Load load = new ExpertSlot.Load(slot, isUrgent);
    slot.expert = expert;
    slot.load = load;
    slotOf[expert] = slot;
    loads++;
    guesses += isUrgent ? 0 : 1;
    for (int p = 0; p < ExpertSlot.PARTS; p++) {
      placed[p] = source.tensors[p].at(WeightReader.place(source.regions[p], slot.part(p)));
    }
    slot.tensors = new LayerExperts.Expert(expert % perLayer, placed[0], placed[1], placed[2]);
    for (int p = 0; p < ExpertSlot.PARTS; p++) {
      reader.submit(
          new WeightReader.Task(
              source.regions[p],
              slot.part(p),
              isUrgent,
              load::start,
              failure -> {
                if (load.partIsDone(failure)) {
                  finished.add(load);
                }
              }));
    }
  }

  /** Whether it was only guessed and is not being read yet; it is forgotten then. */
  private boolean isStillGuess(ExpertSlot slot) {
    ExpertSlot.Load load = slot.load;
    if (load == null || load.isUrgent || !load.drop()) {
      return false;
    }
    loads--;
    guesses--;
    empty(slot);
    return true;
  }

  private void dropGuess(@Nullable ExpertSlot slot) {
    if (slot != null && slot.load != null) {
      isStillGuess(slot);
    }
  }

  private void settleFinished() {
    for (ExpertSlot.Load load = finished.poll(); load != null; load = finished.poll()) {
      settle(load);
    }
  }

  private void awaitOne() {
    boolean isInterrupted = false;
    while (true) {
      try {
        settle(finished.take());
        break;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void settle(ExpertSlot.Load load) {
    ExpertSlot slot = load.slot;
    loads--;
    guesses -= load.isUrgent ? 0 : 1;
    slot.load = null;
    boolean isAwaited = awaited.remove(slot);
    if (load.failure() != null) {
      FileRegion region = sources[slot.expert].regions[0];
      empty(slot);
      if (isAwaited) {
        throw new EngineException(
            "cannot read weights from " + region.file() + ": " + load.failure(), load.failure());
      }
    } else if (isAwaited) {
      ready.add(slot);
    }
  }

  private void empty(ExpertSlot slot) {
    slotOf[slot.expert] = null;
    slot.expert = -1;
    slot.tensors = null;
    slot.load = null;
    slot.isInUse = false;
  }

  // Slots

  /**
   * An empty slot, if need be that of the expert needed last.
   *
   * @param before nothing is given up that is needed sooner than this
   */
  private @Nullable ExpertSlot takeSlot(double before) {
    ExpertSlot last = null;
    double furthest = before == Double.POSITIVE_INFINITY ? -1 : before;
    for (ExpertSlot slot : slots) {
      if (slot.expert < 0) {
        return slot;
      }
      if (!slot.isInUse && slot.load == null) {
        double distance = use.distance(slot.expert);
        if (distance > furthest) {
          furthest = distance;
          last = slot;
        }
      }
    }
    if (slots.size() < limit) {
      ExpertSlot slot = new ExpertSlot(slotBytes);
      slots.add(slot);
      return slot;
    }
    if (last != null) {
      empty(last);
    }
    return last;
  }

  /** Changes how many slots there may be; those that are given up free their memory. */
  void limit(int count) {
    limit = count;
    slotLimit = count;
    settleFinished();
    while (slots.size() > limit) {
      ExpertSlot last = null;
      for (ExpertSlot slot : slots) {
        if (slot.load == null
            && !slot.isInUse
            && (last == null || slot.expert < 0 || isNeededLater(slot, last))) {
          last = slot;
        }
      }
      if (last == null) {
        return;
      }
      if (last.expert >= 0) {
        empty(last);
      }
      slots.remove(last);
      last.close();
    }
  }

  private boolean isNeededLater(ExpertSlot slot, ExpertSlot than) {
    return than.expert >= 0 && use.distance(slot.expert) > use.distance(than.expert);
  }

  /** The readers must have ended. */
  @Override
  public void close() {
    slots.forEach(ExpertSlot::close);
    slots.clear();
    Arrays.fill(slotOf, null);
  }
}
