// Drives a real browser through the console as a person does, by clicking and typing; says as JSON what it saw.
import { readFileSync } from "node:fs";
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const asked = JSON.parse(process.argv[2]);
const axe = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const seen = { faults: [], pages: [], wide: [], barriers: [], blank: [], paper: [] };
const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };

const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: ["--no-sandbox", "--no-zygote", "--disable-dev-shm-usage", "--disable-gpu"],
  headless: "shell",
});
const page = await browser.newPage();
page.on("console", (message) => seen.faults.push(`${message.type()}: ${message.text()}`));
page.on("pageerror", (error) => seen.faults.push(String(error)));
page.on("requestfailed", (request) => seen.faults.push(`${request.url()}: ${request.failure()?.errorText}`));
// What has no origin of its own (data:) are the browser's own icons.
page.on("request", (request) => [asked.url, "null"].includes(new URL(request.url()).origin) || seen.faults.push(`elsewhere: ${request.url()}`));
await page.evaluateOnNewDocument(() => {
  addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
});

// On paper (A4, less its margins) there is no button, and no table is cut off.
async function print(name) {
  await page.setViewport({ width: 718, height: 1000 });
  await page.emulateMediaType("print");
  const found = await page.evaluate(() => ({
    cut: [...document.querySelectorAll(".scroll")].filter((each) => each.scrollWidth > each.clientWidth + 1).length,
    buttons: [...document.querySelectorAll("button, nav")].filter((each) => each.offsetParent !== null).length,
  }));
  await page.emulateMediaType("screen");
  if (found.cut + found.buttons > 0) seen.paper.push(`${name}: ${JSON.stringify(found)}`);
}

// Looks at the page in both sizes and on paper: nothing lies beside the window, no barrier is found, and how it looks is kept.
async function look(name) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewport(viewport);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > viewport.width) seen.wide.push(`${name} at ${size}: ${width}`);
    await page.screenshot({ path: `${asked.shots}/${name}-${size}.png`, fullPage: true });
  }
  await print(name);
  const drawn = await page.evaluate(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector("h1"));
    return range.getBoundingClientRect().width;
  });
  if (drawn < 20) seen.blank.push(name);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  for (const each of found.violations) seen.barriers.push(`${name}: ${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`);
  seen.pages.push({ name, path: new URL(page.url()).pathname, text: await page.evaluate(() => document.body.innerText) });
}

async function click(selector) {
  await Promise.all([page.waitForNavigation(), page.locator(selector).click()]);
}

const button = (text) => `::-p-xpath(//button[normalize-space(.)="${text}"])`;
const link = (text) => `::-p-xpath(//a[normalize-space(.)="${text}"])`;

await page.goto(`${asked.url}/console/`);
await look("sign-in");
await page.locator("#key").fill(asked.key);
await click(button("Sign in"));
seen.cookies = (await browser.cookies()).map(({ name, httpOnly, sameSite, session }) => ({ name, httpOnly, sameSite, session }));
seen.script = await page.evaluate(() => document.cookie);
await look("home");
await click(link("Receivables"));
await look("receivables");
await click(link(asked.named));
await look("receivable");
await click(link("Confirm"));
await page.locator("#number").fill("I-2026-7");
await page.locator("#issued").fill("2026-01-31");
await look("confirm");
await click(button("Show what will be signed"));
await look("preview");
await click(button("Sign: confirm"));
await look("act");
for (const path of asked.more) {
  await page.goto(asked.url + path);
  await look(path.split("/").filter(Boolean).join("-"));
}
await click(button("Sign out"));
await look("out");
await page.goto(`${asked.url}/console/receivables`);
seen.after = new URL(page.url()).pathname;
seen.version = await browser.version();
await browser.close();
console.log(JSON.stringify(seen));
