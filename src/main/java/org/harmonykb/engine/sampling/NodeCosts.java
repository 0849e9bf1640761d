package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Tokens that each node needs at least, {@link Node#NEVER} for one that has no end. */
final class NodeCosts {

  private static final int MAX_NODES = 50_000;

  private NodeCosts() {}

  static Map<Node, Integer> of(Node root) {
    List<Node> nodes = reachable(root);
    Map<Node, Integer> costs = new IdentityHashMap<>();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : nodes.reversed()) {
        int cost = cost(node, costs);
        if (cost < costs.getOrDefault(node, Node.NEVER)) {
          costs.put(node, cost);
          changed = true;
        }
      }
    }
    return costs;
  }

  private static int cost(Node node, Map<Node, Integer> costs) {
    return switch (node) {
      case Node.Literal literal -> literal.costs()[0];
      case Node.Control _ -> 1;
      case Node.Prose _ -> 0;
      case Node.Text text -> InText.start(text).cost();
      case Node.Number number -> number.form().cost("");
      case Node.Sequence sequence -> {
        int sum = 0;
        for (Node part : sequence.parts()) {
          sum = Node.sum(sum, costs.getOrDefault(part, Node.NEVER));
        }
        yield sum;
      }
      case Node.Choice choice ->
          choice.alternatives().stream()
              .mapToInt(part -> costs.getOrDefault(part, Node.NEVER))
              .min()
              .orElse(Node.NEVER);
      case Node.Repeat repeat -> {
        int sum = 0;
        for (int i = 0; i < repeat.min(); i++) {
          sum = Node.sum(sum, costs.getOrDefault(repeat.item(), Node.NEVER));
          sum = Node.sum(sum, i > 0 ? costs.getOrDefault(repeat.separator(), Node.NEVER) : 0);
        }
        yield sum;
      }
      case Node.Rule rule -> costs.getOrDefault(rule.form(), Node.NEVER);
    };
  }

  private static List<Node> reachable(Node root) {
    Map<Node, Boolean> seen = new IdentityHashMap<>();
    List<Node> order = new ArrayList<>();
    List<Node> open = new ArrayList<>(List.of(root));
    while (!open.isEmpty()) {
      Node node = open.removeLast();
      if (seen.putIfAbsent(node, true) != null) {
        continue;
      }
      if (order.size() >= MAX_NODES) {
        throw new SchemaException("The schema is too large");
      }
      order.add(node);
      switch (node) {
        case Node.Sequence sequence -> open.addAll(sequence.parts());
        case Node.Choice choice -> open.addAll(choice.alternatives());
        case Node.Repeat repeat -> open.addAll(List.of(repeat.item(), repeat.separator()));
        case Node.Rule rule -> open.add(rule.form());
        case Node.Prose prose -> {
          if (prose.after() != null) {
            open.add(prose.after());
          }
        }
        default -> {}
      }
    }
    return order;
  }
}
