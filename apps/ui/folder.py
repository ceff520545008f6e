"""A folder as the browser gives it: picked, or dropped on the place for files, it comes there as one ZIP.

Gradio (6.31) takes a folder's files without their places in it, and refuses a folder that is dropped; but what lies in
test/scratch must not be learnt as good. A ZIP keeps each in its place, and what one may hold is known already.
"""

# The files are stored, not packed: pictures hardly shrink, and the browser copies none of them [APPNOTE.TXT, 4.3].
FOLDER = """() => {
  if (window.foilFolder) return;
  const table = Int32Array.from({length: 256}, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
  });
  const crc = bytes => {
    let sum = -1;
    for (let at = 0; at < bytes.length; at++) sum = table[(sum ^ bytes[at]) & 255] ^ (sum >>> 8);
    return ~sum;
  };
  const fields = (...all) => {  // numbers of 2 or 4 bytes, as their lengths say
    const view = new DataView(new ArrayBuffer(all.reduce((sum, [size]) => sum + size, 0)));
    let at = 0;
    for (const [size, value] of all) {
      size === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true);
      at += size;
    }
    return view;
  };
  const zipped = async (name, found) => {
    const parts = [], list = [];
    let at = 0, listed = 0;
    for (const [path, file] of found) {
      const said = new TextEncoder().encode(path), sum = crc(new Uint8Array(await file.arrayBuffer()));
      const about = [[2, 20], [2, 0x800], [2, 0], [4, 0x210000], [4, sum], [4, file.size], [4, file.size]];
      const head = [...about, [2, said.length], [2, 0]];
      parts.push(fields([4, 0x04034b50], ...head), said, file);
      list.push(fields([4, 0x02014b50], [2, 20], ...head, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), said);
      at += 30 + said.length + file.size;
      listed += 46 + said.length;
    }
    const count = [2, list.length / 2];
    const end = fields([4, 0x06054b50], [2, 0], [2, 0], count, count, [4, listed], [4, at], [2, 0]);
    return new File([...parts, ...list, end], `${name}.zip`, {type: 'application/zip'});
  };
  const put = files => {
    const place = document.querySelector('#files input[type=file]'), given = new DataTransfer();
    files.forEach(file => given.items.add(file));
    place.files = given.files;
    place.dispatchEvent(new Event('change', {bubbles: true}));
  };
  const give = async (name, found) => {
    const seen = found.filter(([path]) => !path.split('/').some(part => part.startsWith('.')));
    const button = document.querySelector('#folder');
    button.disabled = true;  // gigabytes take seconds
    try {
      const zip = await zipped(name, seen);
      document.querySelector('#files [aria-label=Clear]')?.click();
      await new Promise(requestAnimationFrame);  // until the place is an empty one
      put([zip]);
    } catch (error) {  // such as a file that nobody may read
      alert(`${name}: ${error.message}`);
    } finally {
      button.disabled = false;
    }
  };
  window.foilFolder = () => {
    const picker = Object.assign(document.createElement('input'), {type: 'file', webkitdirectory: true});
    picker.onchange = () => {
      const found = [...picker.files].map(file => [file.webkitRelativePath, file]);
      if (found.length) give(found[0][0].split('/')[0], found);
    };
    picker.click();
  };
  const inside = async entry => {
    if (entry.isFile) return [[entry.fullPath.slice(1), await new Promise((done, no) => entry.file(done, no))]];
    const reader = entry.createReader(), found = [];
    for (;;) {  // some at a time, until none is left
      const some = await new Promise((done, no) => reader.readEntries(done, no));
      if (!some.length) return found;
      for (const one of some) found.push(...await inside(one));
    }
  };
  // Where files are listed already Gradio takes no drop, and the browser would leave the page for what is dropped.
  const from_outside = event => event.target.closest?.('#files') && event.dataTransfer.types.includes('Files');
  document.addEventListener('dragover', event => {
    if (!from_outside(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener('drop', event => {
    if (!from_outside(event)) return;
    const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry()).filter(Boolean);
    const folder = entries.find(entry => entry.isDirectory);
    if (!folder && event.target.closest('button')) return;  // Gradio's own place to drop files
    event.preventDefault();
    event.stopPropagation();
    if (folder) Promise.all(entries.map(inside)).then(found => give(folder.name, found.flat()));
    else put([...event.dataTransfer.files]);
  }, true);
}"""
