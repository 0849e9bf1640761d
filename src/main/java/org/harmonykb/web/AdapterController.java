package org.harmonykb.web;

import java.util.List;
import org.harmonykb.answering.Adapters;
import org.harmonykb.engine.AdapterInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** LoRA adapters that come and go while requests run. */
@RestController
@RequestMapping("/api/admin/adapters")
class AdapterController {

  private final Adapters adapters;

  AdapterController(Adapters adapters) {
    this.adapters = adapters;
  }

  /**
   * @param path within the adapters' directory
   * @param scale of requests that name none; null for 1
   */
  record LoadRequest(@Nullable String name, @Nullable String path, @Nullable Float scale) {}

  record AdapterView(
      String name, String file, float scale, int rank, int weights, long bytes, int requests) {

    static AdapterView of(AdapterInfo info) {
      return new AdapterView(
          info.name(),
          String.valueOf(info.file().getFileName()),
          info.scale(),
          info.rank(),
          info.weights(),
          info.bytes(),
          info.requests());
    }
  }

  @GetMapping
  List<AdapterView> list() {
    return adapters.list().stream().map(AdapterView::of).toList();
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  AdapterView load(@RequestBody LoadRequest request) {
    if (request.name == null || request.path == null) {
      throw new IllegalArgumentException("The fields name and path are needed");
    }
    return AdapterView.of(
        adapters.load(request.name, request.path, request.scale == null ? 1 : request.scale));
  }

  @DeleteMapping("/{name}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void unload(@PathVariable String name) {
    adapters.unload(name);
  }
}
