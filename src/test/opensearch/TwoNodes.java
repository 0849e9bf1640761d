import java.util.List;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * Two nodes of a cluster in one process, which ends with its standard input. Arguments: a folder,
 * and a port P; HTTP is at P+1 and P+2, the nodes talk at P+20001 and P+20002.
 */
public final class TwoNodes {

  private TwoNodes() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    OpenSearchRunner runner = new OpenSearchRunner();
    runner
        .onBuild(
            (number, settings) -> {
              settings.putList("cluster.initial_cluster_manager_nodes", "Node 1");
              settings.put("discovery.initial_state_timeout", "0s");
              settings.put("transport.port", port + 20_000 + number);
              settings.putList(
                  "discovery.seed_hosts",
                  List.of("127.0.0.1:" + (port + 20_001), "127.0.0.1:" + (port + 20_002)));
              settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            })
        .build(
            OpenSearchRunner.newConfigs()
                .basePath(args[0])
                .clusterName("kb-test")
                .numOfNode(2)
                .baseHttpPort(port)
                .useLogger()
                .pluginTypes("org.opensearch.knn.plugin.KNNPlugin"));
    while (System.in.read() >= 0) {
      // until the test is over
    }
    System.exit(0);
  }
}
