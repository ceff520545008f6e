"""The viewer of pictures at full resolution, as the browser runs it: a dialog, so that Escape and focus are its own."""

# Every picture has the size of the first, so the place that is looked at stays when another one is chosen.
ZOOM = """() => {
  if (window.foilZoom) return;
  const part = name => document.querySelector(`#zoom ${name}`);
  const links = () => JSON.parse(document.querySelector('#marked [data-files]')?.dataset.files ?? '{}');
  const room = () => part('.stage').getBoundingClientRect();
  let scale = 1, x = 0, y = 0;
  const draw = () => {
    part('img').style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    part('img').style.imageRendering = scale > 2 ? 'pixelated' : 'auto';
    part('output').textContent = `${Math.round(100 * scale)} %`;
  };
  const move = (right, down) => { x += right; y += down; draw(); };
  const zoom = (to, px = room().width / 2, py = room().height / 2) => {
    const next = Math.min(Math.max(to, 0.02), 40);
    x = px - (px - x) * next / scale; y = py - (py - y) * next / scale; scale = next; draw();
  };
  const whole = () => {
    const {naturalWidth: wide, naturalHeight: high} = part('img'), {width, height} = room();
    scale = Math.min(width / wide, height / high);
    x = (width - wide * scale) / 2; y = (height - high * scale) / 2; draw();
  };
  const show = which => {
    const link = links()[which];
    if (!link) return;
    part('img').src = link;
    part('img').alt = part(`[data-at="${which}"]`).textContent;
    part('.save').href = link;
    document.querySelectorAll('#zoom [data-at]').forEach(one => {
      one.hidden = !(one.dataset.at in links()); one.setAttribute('aria-pressed', one.dataset.at === which);
    });
  };
  window.foilZoom = which => {
    if (!(which in links())) return;
    part('dialog').showModal();
    show(which);
    part('[aria-pressed=true]').focus();
    part('img').decode().then(whole);
  };
  const steps = {
    '+': () => zoom(1.25 * scale), '=': () => zoom(1.25 * scale), '-': () => zoom(scale / 1.25),
    '0': whole, 'f': () => zoom(1), 'ArrowLeft': () => move(80, 0), 'ArrowRight': () => move(-80, 0),
    'ArrowUp': () => move(0, 80), 'ArrowDown': () => move(0, -80), 'Escape': () => part('dialog').close(),
  };
  const choices = () => [...document.querySelectorAll('#zoom [data-at]:not([hidden])')].map(one => one.dataset.at);
  // A picture of Gradio's is a button without a name.
  const pictures = 'button:has(> .image-frame)';
  const name = () => document.querySelectorAll(pictures).forEach(button => {
    const said = button.closest('.block')?.querySelector('label')?.textContent.trim();
    if (said && button.ariaLabel !== said) button.ariaLabel = said;
  });
  new MutationObserver(name).observe(document.body, {childList: true, subtree: true, characterData: true});
  document.addEventListener('click', ({target}) => {
    const picture = target.closest?.('[data-zoom]'), button = target.closest?.('#zoom button');
    if (picture) window.foilZoom(picture.dataset.zoom);
    if (button?.dataset.at) show(button.dataset.at);
    if (button?.dataset.key) steps[button.dataset.key]();
  });
  document.addEventListener('keydown', event => {
    if (!part('dialog')?.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = '123456'.includes(event.key) ? () => show(choices()[event.key - 1]) : steps[event.key];
    if (act) { act(); event.preventDefault(); }
  });
  document.addEventListener('wheel', event => {
    if (!event.target.closest?.('#zoom .stage')) return;
    const {left, top} = room();
    zoom(scale * Math.exp(-event.deltaY / 400), event.clientX - left, event.clientY - top);
    event.preventDefault();
  }, {passive: false});
  document.addEventListener('pointermove', event => {
    if (event.buttons && event.target.closest?.('#zoom .stage')) move(event.movementX, event.movementY);
  });
}"""
