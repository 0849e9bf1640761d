package org.harmonykb.web;

import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.harmonykb.answering.Answerer;
import org.harmonykb.evaluation.EvaluationRuns;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Evaluations of answers; their jobs are cancelled as others are. */
@RestController
@RequestMapping("/api/admin/evaluations")
class EvaluationController {

  private final EvaluationRuns runs;

  EvaluationController(EvaluationRuns runs) {
    this.runs = runs;
  }

  /**
   * @param set {@code corpus}, {@code feedback}, or a name for the lines
   * @param lines a set of the caller's own
   * @param mode {@code extractive}, {@code generated} or {@code auto}
   * @param limit the first questions only
   */
  record EvaluationRequest(
      @Nullable String set,
      @Nullable String lines,
      @Nullable String mode,
      @Nullable Integer limit) {}

  @PostMapping
  @ResponseStatus(HttpStatus.ACCEPTED)
  EvaluationRuns.Run start(@RequestBody EvaluationRequest request) {
    if (request.limit != null && request.limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1");
    }
    String set = request.set == null ? EvaluationRuns.CORPUS : request.set.strip();
    if (set.isEmpty() || set.length() > 200) {
      throw new IllegalArgumentException("set must have 1 to 200 characters");
    }
    return runs.start(set, request.lines, mode(request.mode), request.limit);
  }

  @GetMapping
  List<EvaluationRuns.Run> list() {
    return runs.latest();
  }

  @GetMapping("/{id}")
  ResponseEntity<EvaluationRuns.Run> get(@PathVariable UUID id) {
    return ResponseEntity.of(runs.find(id));
  }

  private static Answerer.Mode mode(@Nullable String name) {
    if (name == null) {
      return Answerer.Mode.AUTO;
    }
    try {
      return Answerer.Mode.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("mode must be extractive, generated or auto", e);
    }
  }
}
