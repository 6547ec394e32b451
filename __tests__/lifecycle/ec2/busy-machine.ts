/** Commands for root on a machine that make it look busy. systemd starts what they start, as a part of the machine. */

/**
 * Makes the timer look every three seconds, and stop the machine after `afterSec`, until the next boot: what is in /run is
 * gone then.
 */
export function shortTimes(unit: string, afterSec: number): string {
  const programs = "/usr/local/lib/workbench/stop-when-idle";
  const short = "/run/short-times.conf";
  return `set -e
    sed 's/^after-sec=.*/after-sec=${afterSec}/; s/^window-sec=.*/window-sec=6/' /etc/workbench/stop-when-idle.conf > ${short}
    mkdir -p /run/systemd/system/${unit}.{service,timer}.d
    printf '[Service]\\nExecStart=\\nExecStart=python3 -B ${programs}/stop_when_idle.py check ${short}\\n' \\
      > /run/systemd/system/${unit}.service.d/short.conf
    printf '[Timer]\\nOnActiveSec=\\nOnUnitActiveSec=3\\nAccuracySec=100ms\\n' \\
      > /run/systemd/system/${unit}.timer.d/short.conf
    systemctl daemon-reload
    systemctl start ${unit}.service
    systemctl restart ${unit}.timer`;
}

/**
 * Starts a stand-in of JupyterLab's API on its port, which asks for the token `secret`.
 *
 * @param states file with the state of each kernel, which has to be written before the first question
 */
export function kernelsStandIn(states: string, port: number): string {
  return `set -e
    install -d -o admin -m 700 /home/admin/.jupyter
    echo secret > /home/admin/.jupyter/token
    cat > /root/stand-in.py <<'PYTHON'
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path == "/api/kernels" and self.headers["Authorization"] == "token secret"
        self.send_response(200 if known else 403)
        self.end_headers()
        kernels = [{"id": str(n), "execution_state": state} for n, state in enumerate(open("${states}").read().split())]
        self.wfile.write(json.dumps(kernels).encode())
http.server.HTTPServer(("127.0.0.1", ${port}), Handler).serve_forever()
PYTHON
    echo idle > ${states}
    systemd-run --quiet --unit=stand-in python3 /root/stand-in.py`;
}

/** Starts a unit that computes for two thirds of the time. */
export function computes(unit: string): string {
  return service(
    unit,
    "import time\nwhile True:\n    end = time.monotonic() + 0.2\n    while time.monotonic() < end: pass\n    time.sleep(0.1)",
  );
}

/** Starts a unit that sends about 70 kB a second to the machine's router, which takes none of it. */
export function sends(unit: string): string {
  return service(
    unit,
    [
      "import socket, subprocess, time",
      'router = subprocess.run(["ip", "route", "get", "198.18.0.1"], capture_output=True, text=True).stdout.split()[2]',
      "sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
      "while True:",
      "    sender.sendto(bytes(1400), (router, 9))",
      "    time.sleep(0.02)",
    ].join("\n"),
  );
}

function service(unit: string, program: string): string {
  return `cat > /root/${unit}.py <<'PYTHON'\n${program}\nPYTHON\nsystemd-run --quiet --unit=${unit} python3 /root/${unit}.py`;
}
