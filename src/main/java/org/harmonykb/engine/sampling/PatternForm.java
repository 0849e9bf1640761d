package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Strings that match a regular expression: an automaton whose states are sets of places in the
 * expression, made when they are first reached. Used by one thread.
 */
final class PatternForm implements StringForm {

  private static final int MAX_STATES = 20_000;

  private final PatternParser.Automaton automaton;
  private final int[] placeCosts;
  private final List<BitSet> sets = new ArrayList<>();
  private final Map<BitSet, Integer> numbers = new HashMap<>();

  /**
   * @throws SchemaException if the expression uses what cannot be written forwards
   */
  PatternForm(String expression) {
    automaton = PatternParser.parse(expression);
    placeCosts = costs(automaton);
    number(closure(bit(automaton.start())));
  }

  private static BitSet bit(int place) {
    BitSet set = new BitSet();
    set.set(place);
    return set;
  }

  private static int[] costs(PatternParser.Automaton automaton) {
    int[] costs = new int[automaton.size()];
    Arrays.fill(costs, Node.NEVER);
    costs[automaton.end()] = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (PatternParser.Edge edge : automaton.edges()) {
        int cost = Node.sum(edge.cost(), costs[edge.to()]);
        if (cost < costs[edge.from()]) {
          costs[edge.from()] = cost;
          changed = true;
        }
      }
    }
    return costs;
  }

  private BitSet closure(BitSet places) {
    List<Integer> open = new ArrayList<>(places.stream().boxed().toList());
    while (!open.isEmpty()) {
      for (PatternParser.Edge edge : automaton.from(open.removeLast())) {
        if (edge.isEmpty() && !places.get(edge.to())) {
          places.set(edge.to());
          open.add(edge.to());
        }
      }
    }
    return places;
  }

  /** The number of a set, or -1 when there are too many. */
  private int number(BitSet places) {
    Integer known = numbers.get(places);
    if (known != null) {
      return known;
    }
    if (sets.size() >= MAX_STATES) {
      return -1;
    }
    sets.add(places);
    numbers.put(places, sets.size() - 1);
    return sets.size() - 1;
  }

  @Override
  public int start() {
    return 0;
  }

  @Override
  public int next(int state, int codePoint) {
    BitSet reached = new BitSet();
    BitSet places = sets.get(state);
    for (int place = places.nextSetBit(0); place >= 0; place = places.nextSetBit(place + 1)) {
      for (PatternParser.Edge edge : automaton.from(place)) {
        if (edge.holds(codePoint, codePoint) && placeCosts[edge.to()] < Node.NEVER) {
          reached.set(edge.to());
        }
      }
    }
    return reached.isEmpty() ? -1 : number(closure(reached));
  }

  @Override
  public boolean mayEnd(int state) {
    return sets.get(state).get(automaton.end());
  }

  @Override
  public int cost(int state) {
    return sets.get(state).stream().map(place -> placeCosts[place]).min().orElse(Node.NEVER);
  }

  @Override
  public int costAfter(int state, int from, int to) {
    int best = Node.NEVER;
    BitSet places = sets.get(state);
    for (int place = places.nextSetBit(0); place >= 0; place = places.nextSetBit(place + 1)) {
      for (PatternParser.Edge edge : automaton.from(place)) {
        if (edge.holds(from, to)) {
          best = Math.min(best, placeCosts[edge.to()]);
        }
      }
    }
    return best;
  }
}
