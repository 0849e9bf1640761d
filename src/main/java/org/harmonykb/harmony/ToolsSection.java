package org.harmonykb.harmony;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.harmonykb.harmony.Content.Tool;
import org.harmonykb.harmony.Content.ToolNamespace;

/** The {@code # Tools} section of system and developer messages. */
final class ToolsSection {

  private ToolsSection() {}

  static String of(Collection<ToolNamespace> namespaces) {
    List<String> sections = new ArrayList<>();
    sections.add("# Tools");
    namespaces.forEach(namespace -> sections.add(namespace(namespace)));
    return String.join("\n\n", sections);
  }

  private static String namespace(ToolNamespace namespace) {
    List<String> out = new ArrayList<>();
    out.add("## " + namespace.name() + "\n");
    boolean hasTools = !namespace.tools().isEmpty();
    if (namespace.description() != null) {
      for (String line : lines(namespace.description())) {
        out.add(hasTools ? "// " + line : line);
      }
    }
    if (hasTools) {
      out.add("namespace " + namespace.name() + " {\n");
      for (Tool tool : namespace.tools()) {
        lines(tool.description()).forEach(line -> out.add("// " + line));
        Object parameters = tool.parameters();
        String argument = parameters == null ? "" : "_: " + TypeScript.type(parameters, "");
        out.add("type " + tool.name() + " = (" + argument + ") => any;\n");
      }
      out.add("} // namespace " + namespace.name());
    }
    return String.join("\n", out);
  }

  /**
   * Lines that end in {@code \n} or {@code \r\n}; a lone {@code \r} is text, unlike for {@link
   * String#lines}.
   */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      boolean crlf = end > start && text.charAt(end - 1) == '\r';
      lines.add(text.substring(start, crlf ? end - 1 : end));
      start = end + 1;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }
}
