// The browser that the tests of this folder read with. Ends with 77 (skipped) without Chromium or playwright-core (npm ci
// in tests/publisher/browser, whose packages these are).
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const require = createRequire(new URL('../../publisher/browser/package.json', import.meta.url));
const skip = (reason) => {
  console.log(`skipped: ${reason}`);
  process.exit(77);
};

/** A Chromium without a window, which asks nobody for anything by itself. */
export const launch = () => {
  let chromium;
  try {
    ({ chromium } = require('playwright-core'));
  } catch {
    skip('no playwright-core (npm ci in tests/publisher/browser)');
  }
  if (!existsSync(executablePath)) skip(`no ${executablePath}`);
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
};
