import { join } from "node:path";
import { addExample } from "./add-example";

addExample(join(__dirname, "..", ".."));
