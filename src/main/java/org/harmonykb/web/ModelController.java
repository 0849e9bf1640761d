package org.harmonykb.web;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.answering.ModelBenchmark;
import org.harmonykb.engine.EngineStatus;
import org.harmonykb.engine.ModelInfo;
import org.harmonykb.jobs.JobConflictException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The loaded model and how fast it is here. */
@RestController
@RequestMapping("/api/admin/models")
class ModelController {

  private final LanguageModel model;
  private final ModelBenchmark benchmark;
  private final ReentrantLock measuring = new ReentrantLock();

  ModelController(LanguageModel model, ModelBenchmark benchmark) {
    this.model = model;
    this.benchmark = benchmark;
  }

  /**
   * @param tensors number of tensors by type
   */
  record ModelView(
      String name,
      String architecture,
      String file,
      long bytes,
      long parameters,
      int vocabulary,
      int contextLength,
      int trainedContextLength,
      Map<String, Integer> tensors,
      EngineStatus status) {}

  /** None, or the one. */
  @GetMapping
  List<ModelView> models() {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded == null) {
      return List.of();
    }
    ModelInfo info = loaded.engine().model();
    return List.of(
        new ModelView(
            info.name(),
            info.architecture(),
            String.valueOf(info.file().getFileName()),
            info.fileBytes(),
            info.parameterCount(),
            info.vocabularySize(),
            info.contextLength(),
            info.trainedContextLength(),
            new TreeMap<>(info.tensorTypes()),
            loaded.engine().status()));
  }

  /** Reads and writes some tokens, one measurement at a time. */
  @PostMapping("/benchmark")
  ModelBenchmark.Result benchmark() {
    if (model.loaded() == null) {
      throw new JobConflictException(model.describe());
    }
    if (!measuring.tryLock()) {
      throw new JobConflictException("A benchmark is running already");
    }
    try {
      return benchmark.run();
    } finally {
      measuring.unlock();
    }
  }
}
