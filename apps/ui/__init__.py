"""The page in the browser: inspect a picture or a movement, teach a model. Only `foil serve` loads Gradio."""
