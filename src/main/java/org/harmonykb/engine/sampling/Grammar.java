package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.harmonykb.engine.sampling.TokenVocabulary.Bulk;
import org.harmonykb.engine.sampling.TokenVocabulary.Index;
import org.jspecify.annotations.Nullable;

/**
 * Follows a {@link Node} over the bytes of tokens: a set of places, each with the stack of what
 * comes after it. States are kept and numbered by what they hold, and so is what each allows, so
 * that text within a string or a list costs a lookup per token. Used by one thread.
 */
final class Grammar {

  private static final int MAX_STATES = 50_000;

  /** What is to come. */
  private record Stack(Node node, int count, @Nullable Stack below, int cost, int hash) {

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Stack that
          && that.hash == hash
          && that.node == node
          && that.count == count
          && Objects.equals(that.below, below);
    }
  }

  private record Place(Head head, @Nullable Stack below) {

    int cost() {
      return Node.sum(head.cost(), below == null ? 0 : below.cost);
    }
  }

  /** Where the text can be. */
  static final class State {
    private final Set<Place> places;
    private final int cost;
    private final Map<Integer, State> next = new HashMap<>();
    private @Nullable Allowed allowed;

    State(Set<Place> places) {
      this.places = places;
      this.cost = places.stream().mapToInt(Place::cost).min().orElse(Node.NEVER);
    }

    boolean isDead() {
      return cost >= Node.NEVER;
    }

    /** Tokens that are needed at least from here to the end. */
    int cost() {
      return cost;
    }
  }

  /**
   * The tokens that may come next, and what is needed after each.
   *
   * @param bulk tokens that change nothing, or null
   * @param bulkCost what is needed after those
   */
  record Allowed(@Nullable BitSet bulk, int bulkCost, int[] tokens, int[] costs) {}

  private final TokenVocabulary vocabulary;
  private final Map<Node, Integer> costs;
  private final Map<Set<Place>, State> states = new HashMap<>();
  private final State start;

  Grammar(TokenVocabulary vocabulary, Node root) {
    this.vocabulary = vocabulary;
    this.costs = NodeCosts.of(root);
    Set<Place> places = new LinkedHashSet<>();
    expand(push(root, 0, null), places, new HashSet<>());
    start = intern(places);
  }

  State start() {
    return start;
  }

  State accept(State state, int token) {
    if (vocabulary.tokenizer().isSpecial(token)) {
      return step(state, Head.CONTROL + token);
    }
    State next = state;
    for (byte b : vocabulary.tokenizer().bytes(token)) {
      next = step(next, b & 0xff);
    }
    return next;
  }

  Allowed allowed(State state) {
    Allowed known = state.allowed;
    if (known == null) {
      known = computeAllowed(state);
      state.allowed = known;
    }
    return known;
  }

  private Allowed computeAllowed(State state) {
    List<int[]> found = new ArrayList<>();
    Bulk bulk = null;
    int takers = 0;
    for (Place place : state.places) {
      if (place.head instanceof Head.BeforeControl control) {
        State next = step(state, Head.CONTROL + control.token());
        found.add(new int[] {control.token(), next.cost});
      } else if (!(place.head instanceof Head.End)) {
        takers++;
        bulk = place.head.bulk(vocabulary);
      }
    }
    if (takers == 0 || takers > 1) {
      bulk = null;
    }
    if (takers > 0) {
      Index index = bulk == null ? vocabulary.all() : bulk.others();
      walk(state, index, 0, index.ids().length, 0, found);
    }
    int bulkCost = 0;
    if (bulk != null) {
      // Any of them leads to the same place; what else stood open before it is gone.
      bulkCost = accept(state, bulk.tokens().nextSetBit(0)).cost;
    }
    return new Allowed(
        bulk == null ? null : bulk.tokens(),
        bulkCost,
        found.stream().mapToInt(pair -> pair[0]).toArray(),
        found.stream().mapToInt(pair -> pair[1]).toArray());
  }

  private void walk(State state, Index index, int from, int to, int depth, List<int[]> found) {
    int at = from;
    while (at < to && index.bytes()[at].length == depth) {
      found.add(new int[] {index.ids()[at++], state.cost});
    }
    while (at < to) {
      int end = index.groupEnd(at, to, depth);
      State next = step(state, index.bytes()[at][depth] & 0xff);
      if (!next.isDead()) {
        walk(next, index, at, end, depth + 1, found);
      }
      at = end;
    }
  }

  private State step(State state, int symbol) {
    State known = state.next.get(symbol);
    if (known != null) {
      return known;
    }
    Set<Place> places = new LinkedHashSet<>();
    Set<Stack> seen = new HashSet<>();
    for (Place place : state.places) {
      place.head.advance(symbol, new Collector(places, place.below, seen));
    }
    State next = intern(places);
    state.next.put(symbol, next);
    return next;
  }

  private final class Collector implements Head.Out {
    private final Set<Place> places;
    private final @Nullable Stack below;
    private final Set<Stack> seen;

    Collector(Set<Place> places, @Nullable Stack below, Set<Stack> seen) {
      this.places = places;
      this.below = below;
      this.seen = seen;
    }

    @Override
    public void head(Head next) {
      add(next, below, places, seen);
    }

    @Override
    public void done() {
      expand(below, places, seen);
    }

    @Override
    public void done(Node before) {
      expand(push(before, 0, null), places, seen);
    }
  }

  private State intern(Set<Place> places) {
    if (states.size() > MAX_STATES) {
      states.clear();
    }
    return states.computeIfAbsent(places, State::new);
  }

  private void add(Head head, @Nullable Stack below, Set<Place> places, Set<Stack> seen) {
    Place place = new Place(head, below);
    if (place.cost() < Node.NEVER && places.add(place) && head.mayEnd()) {
      expand(below, places, seen);
    }
  }

  private Stack push(Node node, int count, @Nullable Stack below) {
    int own =
        node instanceof Node.Repeat repeat
            ? repeatCost(repeat, count)
            : costs.getOrDefault(node, Node.NEVER);
    int hash = 31 * (31 * System.identityHashCode(node) + count) + (below == null ? 0 : below.hash);
    return new Stack(node, count, below, Node.sum(own, below == null ? 0 : below.cost), hash);
  }

  private int repeatCost(Node.Repeat repeat, int count) {
    int item = costs.getOrDefault(repeat.item(), Node.NEVER);
    int separator = costs.getOrDefault(repeat.separator(), Node.NEVER);
    int cost = 0;
    for (int i = count; i < repeat.min(); i++) {
      cost = Node.sum(cost, Node.sum(item, i > 0 ? separator : 0));
    }
    return cost;
  }

  private void expand(@Nullable Stack stack, Set<Place> places, Set<Stack> seen) {
    if (stack == null) {
      places.add(new Place(new Head.End(), null));
      return;
    }
    if (!seen.add(stack)) {
      return;
    }
    Stack below = stack.below;
    switch (stack.node) {
      case Node.Literal literal -> add(new Head.InLiteral(literal, 0), below, places, seen);
      case Node.Control control ->
          add(new Head.BeforeControl(control.token()), below, places, seen);
      case Node.Prose prose -> add(new Head.InProse(prose, 0), below, places, seen);
      case Node.Text text -> add(InText.start(text), below, places, seen);
      case Node.Number number -> add(new Head.InNumber(number.form(), ""), below, places, seen);
      case Node.Sequence sequence -> {
        Stack all = below;
        for (Node part : sequence.parts().reversed()) {
          all = push(part, 0, all);
        }
        expand(all, places, seen);
      }
      case Node.Choice choice -> {
        for (Node alternative : choice.alternatives()) {
          expand(push(alternative, 0, below), places, seen);
        }
      }
      case Node.Rule rule -> expand(push(rule.form(), 0, below), places, seen);
      case Node.Repeat repeat -> {
        int count = stack.count;
        if (count >= repeat.min()) {
          expand(below, places, seen);
        }
        if (count < repeat.max()) {
          // Beyond what is demanded and without a limit, one more is like one less.
          boolean isOpen = repeat.max() == Integer.MAX_VALUE;
          int then = isOpen ? Math.min(count + 1, Math.max(1, repeat.min())) : count + 1;
          Stack item = push(repeat.item(), 0, push(repeat, then, below));
          expand(count > 0 ? push(repeat.separator(), 0, item) : item, places, seen);
        }
      }
    }
  }
}
