import clojure.lang.IFn;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.twosigma.beakerx.BeakerXCommRepository;
import com.twosigma.beakerx.DefaultJVMVariables;
import com.twosigma.beakerx.DisplayerDataMapper;
import com.twosigma.beakerx.NamespaceClient;
import com.twosigma.beakerx.clojure.evaluator.ClojureEvaluator;
import com.twosigma.beakerx.clojure.kernel.Clojure;
import com.twosigma.beakerx.clojure.kernel.ClojureBeakerXJsonSerializer;
import com.twosigma.beakerx.clojure.kernel.ClojureBeakerXServer;
import com.twosigma.beakerx.clojure.kernel.ClojureDefaultVariables;
import com.twosigma.beakerx.evaluator.BxInspect;
import com.twosigma.beakerx.evaluator.ClasspathScannerImpl;
import com.twosigma.beakerx.evaluator.Evaluator;
import com.twosigma.beakerx.evaluator.TempFolderFactoryImpl;
import com.twosigma.beakerx.jvm.threads.BeakerCellExecutor;
import com.twosigma.beakerx.kernel.BeakerXJsonConfig;
import com.twosigma.beakerx.kernel.BxKernelRunner;
import com.twosigma.beakerx.kernel.Configuration;
import com.twosigma.beakerx.kernel.CustomMagicCommandsEmptyImpl;
import com.twosigma.beakerx.kernel.EvaluatorParameters;
import com.twosigma.beakerx.kernel.KernelConfigurationFile;
import com.twosigma.beakerx.kernel.KernelSocketsFactoryImpl;
import com.twosigma.beakerx.kernel.magic.autocomplete.MagicCommandAutocompletePatternsImpl;
import com.twosigma.beakerx.kernel.magic.command.FileServiceImpl;
import com.twosigma.beakerx.kernel.magic.command.MagicCommandConfigurationImpl;
import com.twosigma.beakerx.kernel.magic.command.MavenJarResolverServiceImpl;
import com.twosigma.beakerx.kernel.restserver.impl.GetUrlArgHandler;
import com.twosigma.beakerx.message.MessageSerializer;
import com.twosigma.beakerx.mimetype.MIMEContainer;
import java.util.Map;
import java.util.UUID;

/**
 * BeakerX's Clojure kernel for today's JupyterLab and Java. The original shows maps and vectors as widgets, but their
 * front end only works up to JupyterLab 2. Here every result except BeakerX's own display objects is text, as the REPL
 * prints it. The original crashes on unknown fields in messages and connection files, which today's have; here it
 * ignores them. The original stops answering after a cell is interrupted, since Java 20 and later refuse to stop a
 * thread by force.
 *
 * <p>Written in Java, not Clojure: Clojure's runtime must start after the kernel has redirected the standard output.
 */
public final class ReadableClojureKernel extends Clojure {
  /** The function in workbench/results.clj that prints a result. */
  private static volatile IFn asText;

  private ReadableClojureKernel(String id, Evaluator evaluator, Configuration configuration) {
    super(id, evaluator, configuration);
  }

  /**
   * Starts the kernel and serves until it is shut down.
   *
   * @param arguments the path of Jupyter's connection file
   */
  public static void main(String[] arguments) {
    // Otherwise a cell that only prints shows "null" below its output.
    showNullExecutionResult = false;
    acceptUnknownProperties();
    new BxKernelRunner().run(() -> create(new KernelConfigurationFile(arguments)));
  }

  /** Jupyter's protocol grows, and a reader must ignore unknown fields. BeakerX has no option for that. */
  private static void acceptUnknownProperties() {
    try {
      var mapper = MessageSerializer.class.getDeclaredField("mapper");
      mapper.setAccessible(true);
      ((ObjectMapper) mapper.get(null)).disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException("this class was written for another version of BeakerX", error);
    }
  }

  /** Assembles the same parts as BeakerX's own main, except for the executor. */
  private static Clojure create(KernelConfigurationFile connection) {
    var id = UUID.randomUUID().toString();
    var comms = new BeakerXCommRepository();
    var client = NamespaceClient.create(id, connection, new ClojureBeakerXJsonSerializer(), comms);
    var patterns = new MagicCommandAutocompletePatternsImpl();
    var magic = new MagicCommandConfigurationImpl(new FileServiceImpl(), new MavenJarResolverServiceImpl(), patterns);
    var evaluator =
        new ClojureEvaluator(
            id,
            id,
            new InterruptingExecutor(),
            new TempFolderFactoryImpl(),
            new EvaluatorParameters(Map.of(DefaultJVMVariables.IMPORTS, new ClojureDefaultVariables().getImports())),
            client,
            patterns,
            new ClasspathScannerImpl(),
            new BxInspect(BxInspect.getInspectFile()));
    // The evaluator has started Clojure's runtime.
    clojure.java.api.Clojure.var("clojure.core", "require").invoke(clojure.java.api.Clojure.read("workbench.results"));
    asText = clojure.java.api.Clojure.var("workbench.results", "as-text");
    var configuration =
        new Configuration(
            new KernelSocketsFactoryImpl(connection),
            new CustomMagicCommandsEmptyImpl(),
            comms,
            new ClojureBeakerXServer(new GetUrlArgHandler(client)),
            magic,
            new BeakerXJsonConfig());
    return new ReadableClojureKernel(id, evaluator, configuration);
  }

  @Override
  protected void configureJvmRepr() {
    DisplayerDataMapper.register(ReadableClojureKernel::readable);
  }

  private static Object readable(Object value) {
    if (value == null || value.getClass().getName().startsWith("com.twosigma.beakerx.")) return value;
    return MIMEContainer.Text(asText.invoke(value));
  }

  /** Interrupts the threads of a cell. A thread that ignores it runs until the kernel is restarted. */
  private static final class InterruptingExecutor extends BeakerCellExecutor {
    InterruptingExecutor() {
      super("clojure");
    }

    @Override
    public void killAllThreads() {
      try {
        super.killAllThreads();
      } catch (UnsupportedOperationException noForce) {
        System.err.println("The cell ignores interrupts and keeps running: restart the kernel to end it.");
      }
    }
  }
}
